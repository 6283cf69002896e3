const char *name(void) { return NAME; }
