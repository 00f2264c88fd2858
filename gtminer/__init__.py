"""gtminer: mines the public evidence on gene therapies, each cell traced to its sentence."""

__version__ = "0.1.0"
