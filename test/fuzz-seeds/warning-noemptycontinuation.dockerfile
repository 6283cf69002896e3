FROM b\

