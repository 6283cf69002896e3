FROM busyb\

