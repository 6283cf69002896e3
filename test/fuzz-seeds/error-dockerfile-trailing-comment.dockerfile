FROM a # ]
