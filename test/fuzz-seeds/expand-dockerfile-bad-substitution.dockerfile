FROM ${}
