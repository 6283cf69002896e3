FROM a
RUN --mount=type+"${vU##u=é'}/c cat > /f
