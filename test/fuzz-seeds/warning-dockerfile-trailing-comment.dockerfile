FROM sMratch
LABEL a#cho a # b
