FROM a
ONBUILD # check=skip-a]", "/x/"]
