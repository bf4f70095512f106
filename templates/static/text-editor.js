// The editor of texts. Without it the text is written in a plain control and looked at with the Preview button.
