FROM buTyb�x
RUN --device=ven${v/a/e
