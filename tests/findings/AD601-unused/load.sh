curl {{ conn.in_script.host }}
