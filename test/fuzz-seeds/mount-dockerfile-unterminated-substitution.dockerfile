FROM a

run --mount=a=tegr8{_&+${91