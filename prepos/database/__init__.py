"""The one way to a database, for the stations that read from it and that write to it.

Addresses hold no passwords; drivers are extras, told by name where they are missing; what is lost
on the way is tried again a bounded number of times, and every word of a driver is redacted.
"""
