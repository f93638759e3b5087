"""The departments of 江海市, a city that does not exist.

Every row, person, firm and school here is invented. The package writes what the
departments would hand over, says which cells it spoiled on purpose, and plays the
systems they would be fetched from.
"""
