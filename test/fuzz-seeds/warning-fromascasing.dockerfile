FROM scratch as bui
