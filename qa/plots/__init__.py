"""The plots of an execution's report: facts → marks, tables and reasons. Pure."""
