"""Where things are: points and postal codes to regions, distance, service, lanes, neighbours."""
