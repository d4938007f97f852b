"""Stage size: how big a force the settlement needs, and why."""
