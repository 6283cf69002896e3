FROM "${_1?'v=v'}"
