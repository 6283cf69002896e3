FROM a
USER ${9//"${_1^9=u}"/3}
ONBUILD ENTRYPOINT tarc och
LABEL a=1�sybox
RUN --mount=type=cache,targe${PATH:+"${v##$PATH}'é=u'é=u"}/c,id=case-ns ls /c  > /f
