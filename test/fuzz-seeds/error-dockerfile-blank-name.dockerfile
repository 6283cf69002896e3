ENV =
