FROM buox
RUN --security=sandbox /f
