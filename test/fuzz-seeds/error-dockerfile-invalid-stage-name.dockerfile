FROM n AS a:-=}
