"""The commands of the site, as an operator types them."""
