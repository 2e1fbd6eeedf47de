"""How the sample was cut from Complete Journey; nothing here is part of the package."""
