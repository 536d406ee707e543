"""The edge: files, devices and peers become one kind of stream; replies are played out."""
