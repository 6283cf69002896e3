ADD ["a", null]
