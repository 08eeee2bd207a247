"""Sources that feed themselves: TAP services, web addresses and drop folders.

``ingest.configured`` says which there are, ``ledger`` keeps their rows and claims, ``poll``
does one round of one source; readers and loader behind are those of every other ingest.
"""
