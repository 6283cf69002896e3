FROM a

ENV A # `
