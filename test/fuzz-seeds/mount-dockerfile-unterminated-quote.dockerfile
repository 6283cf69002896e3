FROM a
RUN --mount=type=cache,targe${PATH:+"${vU##u=é'}/c cat > /f
