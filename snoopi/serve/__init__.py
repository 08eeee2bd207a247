"""The production layout on one machine: which programs run, how, and who keeps them running."""
