"""The format ``asdm``: a Science Data Model data set, its tables and no visibilities."""
