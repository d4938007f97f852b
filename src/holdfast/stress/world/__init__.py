"""Arrays, columns and draws shared by the kernels."""
