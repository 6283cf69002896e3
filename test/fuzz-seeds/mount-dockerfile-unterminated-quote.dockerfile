FROM a
RUN --mount=type=cache,targe${PATH:+"${v##u=é'}/cx
RUN cat > /f
