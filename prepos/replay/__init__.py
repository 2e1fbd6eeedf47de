"""What would have happened: a policy tried on past orders."""
