"""The line and its linear referencing on the ellipsoid, places, terrain, base map."""
