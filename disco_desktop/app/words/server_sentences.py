"""What the codes of servers, connections and secure aggregation mean, in plain words."""

from __future__ import annotations

from disco_desktop.translation import Said, Sentence, mark, mark_plural

SERVER: dict[str, Sentence] = {
    # the server's answers
    "server_key_not_proved": mark(
        "The server could not prove its identity, so nothing was sent. Check the address, or "
        "ask the person who runs it."
    ),
    "server_key_changed": mark(
        "The server at {address} is not the one that this training started with, so nothing "
        "more was sent. Ask the person who runs it."
    ),
    "server_away": Said(
        window=mark_plural(
            "The server at {address} has not been reachable for {minutes} minute. You can "
            "continue the training when it is back.",
            "The server at {address} has not been reachable for {minutes} minutes. You can "
            "continue the training when it is back.",
            "minutes",
        ),
        terminal=mark_plural(
            "The server at {address} has not been reachable for {minutes} minute. Give the "
            "same command again with --resume when it is back.",
            "The server at {address} has not been reachable for {minutes} minutes. Give the "
            "same command again with --resume when it is back.",
            "minutes",
        ),
    ),
    "waited_too_long": Said(
        window=mark_plural(
            "The other participants did not respond for {minutes} minute. You can continue the "
            "training when they are back.",
            "The other participants did not respond for {minutes} minutes. You can continue "
            "the training when they are back.",
            "minutes",
        ),
        terminal=mark_plural(
            "The other participants did not respond for {minutes} minute. Give the same "
            "command again with --resume when they are back.",
            "The other participants did not respond for {minutes} minutes. Give the same "
            "command again with --resume when they are back.",
            "minutes",
        ),
    ),
    "model_of_other_size": mark(
        "The server's model has a different size than its task says. Ask the person who runs it."
    ),
    "key_not_proved": mark(
        "The server could not verify this computer's identity. Check this computer's clock and "
        "try again."
    ),
    "server_too_old": mark(
        "The server runs an older version of Disco, which this one can no longer work with. Ask "
        "the person who runs the server to update it."
    ),
    "program_too_old": mark(
        "This version of Disco is too old for the server. Update Disco on this computer."
    ),
    "protocol_differs": mark(
        "The server uses version {ours} of the protocol, and this program version {theirs}. "
        "Use the same version of Disco as the server."
    ),
    "task_schema_differs": mark(
        "The server uses version {ours} of the task format, and this program version {theirs}. "
        "Use the same version of Disco as the server."
    ),
    "task_differs": mark(
        "The server has a different version of this task. Open the task from the server again."
    ),
    "task_not_on_server": mark(
        "The server has no task called {task}. Check the name, or ask the person who runs the "
        "server."
    ),
    "task_of_other_scheme": mark(
        "The task {task} is trained with the scheme {scheme}. Choose that scheme."
    ),
    "card_not_proved": mark(
        "The server could not verify what this computer tells the other participants. Try "
        "again; if it persists, use the same version of Disco as the server."
    ),
    "card_not_usable": mark(
        "The server cannot tell the other participants how to reach this computer. Use the "
        "same version of Disco as the server."
    ),
    "model_not_agreed": mark(
        "This computer has a different model than the others agreed on and cannot continue "
        "with it. Join again to get theirs."
    ),
    "model_lost": mark(
        "Everyone who had the current model has left, so the training cannot continue from it. "
        "Join again to start over with those who are there."
    ),
    "attempts_used_up": mark(
        "The participants failed to exchange their updates too many times. Check the "
        "connections between them, then join again to start over."
    ),
    "not_introduced": mark(
        "The server has not introduced this computer to the other participants yet. Connect again."
    ),
    "peer_unknown": mark("That participant has left and can no longer be reached."),
    "relay_busy": mark(
        "The server is relaying as much as it can. Try again later, or ask the person who runs it."
    ),
    "role_not_granted": mark(
        "The server does not let this computer take part as {role}. Ask the person who runs it."
    ),
    "room_full": mark_plural(
        "The task already has {participants} participant, as many as it takes. Try again later.",
        "The task already has {participants} participants, as many as it takes. Try again later.",
        "participants",
    ),
    "session_unknown": Said(
        window=mark(
            "The server no longer knows this training (number {session}). Start a new one."
        ),
        terminal=mark(
            "The server no longer knows this training (number {session}). Start a new one, "
            "without --resume."
        ),
    ),
    "too_many_tasks": mark_plural(
        "The server already has {tasks} task and takes no more. Ask the person who runs it.",
        "The server already has {tasks} tasks and takes no more. Ask the person who runs it.",
        "tasks",
    ),
    "no_tasks_in_folder": mark(
        "There is no task in {folder}. Put one there, or leave out --tasks to offer the "
        "default tasks."
    ),
    "update_of_future_round": Said(
        window=mark(
            "This computer's update is for round {round}, but the server is at round "
            "{current}. Start a new training."
        ),
        terminal=mark(
            "This computer's update is for round {round}, but the server is at round "
            "{current}. Start a new training, without --resume."
        ),
    ),
    "update_too_late": mark(
        "The update for round {round} arrived too late: the server is already at round "
        "{current}. Training continues from there."
    ),
    "update_too_large": mark(
        "The server refused the update because its values are larger than the task allows. "
        "Check the data for numbers that are far too large."
    ),
    "update_not_finite": mark(
        "The update was refused because it contains values that are not numbers. Check the "
        "data for numbers that are far too large."
    ),
    "update_wrong_size": mark(
        "The server refused the update because its size does not match the task's model. Use "
        "the same version of Disco as the server."
    ),
    "exchange_void": mark(
        "An exchange failed because a participant left or stopped responding. Nobody saw your "
        "update; this round is trained again."
    ),
    "update_clipped": mark(
        "The update was not sent: {percent} % of its values change by more than the task's "
        "secure aggregation allows. Check the data for numbers that are far too large; the "
        "task's author may raise its largest change."
    ),
    "update_malformed": mark(
        "The server could not read the update. Use the same version of Disco as the server."
    ),
    "server_storage": mark(
        "The server could not save what was sent. Its disk is full or failing: free some space "
        "there, or ask the person who runs it."
    ),
    "server_storage_version": mark(
        "The server's data have version {version}, and this program supports version {known}. "
        "Start the version of Disco that wrote them."
    ),
    "server_model_damaged": mark(
        "The server's copy of the model in {file} is damaged. Restore its data folder from a "
        "backup."
    ),
    "server_folder": mark(
        "The server cannot use the folder {folder}: {reason}. Check its permissions and the "
        "free space."
    ),
    "request_too_slow": mark(
        "The connection was too slow, so the server gave up. Check your internet connection."
    ),
    "model_not_on_server": mark(
        "The server no longer has that model. Start again to get the current one."
    ),
    "creator_token_missing": mark(
        "Only the person who created this server's tasks may do that. Enter the creator's token."
    ),
    "not_the_creator": mark(
        "That is not the creator's token. Ask the person who runs the server for it."
    ),
    "session_finished": mark(
        "This training (number {session}) has ended on the server. The model there is the "
        "final one."
    ),
    "server_contribution_damaged": mark(
        "The server's copy of a contribution in {file} is damaged, so that round cannot be "
        "completed. The person who runs the server must check its disk."
    ),
    "piece_differs": mark("Part of the update was changed in transit and is sent again."),
    "upload_not_announced": mark("The server does not know about the update. It is sent again."),
    "upload_offset": mark(
        "The server has a different part of the update than expected. It is sent again."
    ),
    "upload_busy": mark("The update is being sent over another connection and continues there."),
    "token_missing": mark("The server does not know who is asking. Connect again."),
    "token_not_valid": mark("The server no longer accepts this connection. Connect again."),
    "not_a_participant": mark(
        "Only participants may send updates, and this computer only observes. Join as a "
        "participant."
    ),
    "announcement_malformed": mark(
        "The server could not read the description of the update. Use the same version of "
        "Disco as the server."
    ),
    "announcement_too_large": mark(
        "The update is larger than the server accepts. Ask the person who runs it."
    ),
    # secure aggregation
    "secure_group_too_small": mark_plural(
        "Nothing was sent: with {members} participant, no update can stay secret. Wait until "
        "there are at least three.",
        "Nothing was sent: with {members} participants, no update can stay secret. Wait until "
        "there are at least three.",
        "members",
    ),
    "secure_group_differs": mark(
        "Nothing was sent because the server's list of participants for this round is wrong. "
        "Ask the person who runs it."
    ),
    "peer_keys_differ": mark(
        "Nothing was sent because the other participants' keys are not those of this round. "
        "Training continues with a new update."
    ),
    "peer_key_refused": mark(
        "Nothing was sent because the key of participant {peer} would not keep anything "
        "secret. Ask the person who runs the server to remove that participant."
    ),
    "attempt_spent": mark(
        "Nothing was sent because this update was already requested (attempt {attempt}), and "
        "sending it twice would reveal it. Training continues with a new update."
    ),
    "promise_broken": mark(
        "A participant sent something other than it had committed to, so this round does not "
        "count. Training continues with a new update."
    ),
    "sum_malformed": mark(
        "The other participants' values could not be added up, so this round does not count. "
        "Training continues with a new update."
    ),
    "sum_not_possible": mark(
        "The sum of all updates cannot be right, so this round does not count. Training "
        "continues with a new update."
    ),
    # identity, addresses and one's own server
    "identity_unreadable": mark(
        "This installation's key in {file} could not be read or written ({reason}). Check the "
        "folder's permissions and the free space, then try again."
    ),
    "identity_damaged": mark(
        "This installation's key in {file} was damaged and is now kept as {aside}. Start "
        "again: a new key is created, and others will see a new participant."
    ),
    "server_address_invalid": mark(
        '"{address}" is not a server address. It should look like https://disco.example.org:8080.'
    ),
    "server_address_plain": mark(
        "{address} would send everything unencrypted to another computer. Use its https:// "
        "address instead."
    ),
    "server_fingerprint_invalid": mark(
        '"{fingerprint}" is not a certificate fingerprint. It has 64 digits and letters from a '
        "to f; copy it exactly as the server printed it."
    ),
    "server_fingerprint_plain": mark(
        "{address} has no certificate to compare the fingerprint with. Use its https:// "
        "address, or leave the fingerprint out."
    ),
    "server_certificate_changed": mark(
        "WARNING: the server at {address} does not have the expected certificate. It may be "
        "someone else's server, so nothing was sent. Ask the person who runs it for the right "
        "fingerprint."
    ),
    "server_certificate_untrusted": mark(
        "No authority that this computer trusts has signed the certificate of {address}, so "
        "nothing was sent. Ask the person who runs the server for its fingerprint and enter "
        "that too."
    ),
    "server_speaks_plain_http": mark(
        "The server at {address} does not use https. Check the address and the port."
    ),
    "server_tls_failed": mark(
        "No encrypted connection to {address} could be made, so nothing was sent. Check the "
        "address and the port."
    ),
    "server_name_unknown": mark(
        "The server name in {address} was not found. Check the spelling and your internet "
        "connection."
    ),
    "server_proxy_failed": mark(
        "Your network's proxy refused the connection to {address}. Ask your network administrator."
    ),
    "server_timeout": mark(
        "The server at {address} did not answer in time. Check your internet connection, or "
        "try again later."
    ),
    "server_unreachable": mark(
        "No server answers at {address}. Check the address and your internet connection, or "
        "ask the person who runs it whether it is on."
    ),
    "server_connection_lost": mark(
        "The connection to {address} was lost. Check your internet connection; if the address "
        "begins with http://, the server may require https://."
    ),
    "server_answer_strange": mark(
        "What answers at that address does not look like a Disco server. Check the address."
    ),
    "listen_port_in_use": Said(
        window=mark(
            "Port {port} is already in use, perhaps by another Disco server on this computer. "
            "Stop that one first."
        ),
        terminal=mark(
            "Port {port} is already in use, perhaps by another Disco server on this computer. "
            "Stop that one, or choose another port with --port."
        ),
    ),
    "listen_port_forbidden": Said(
        window=mark("This computer does not allow Disco to use port {port}."),
        terminal=mark(
            "This computer does not allow Disco to use port {port}. Choose one above 1024 with "
            "--port."
        ),
    ),
    "listen_host_unknown": mark(
        "This computer has no address {host} to listen on. Use 127.0.0.1 for this computer "
        "only, or 0.0.0.0 for the whole network."
    ),
    "listen_failed": Said(
        window=mark("The server cannot listen on {host}, port {port}."),
        terminal=mark(
            "The server cannot listen on {host}, port {port}. Choose another address or port "
            "with --host and --port."
        ),
    ),
    "certificate_unreadable": mark(
        "The certificate file {file} could not be read or written ({reason}). Check that it "
        "exists, its permissions and the free space."
    ),
    "certificate_damaged": mark(
        "The server's certificate in {file} was damaged and is now kept as {aside}. Restore "
        "the file from a backup, or start again: a new certificate is created, and everyone "
        "needs its fingerprint."
    ),
    "certificate_unusable": mark(
        "{file} and {key} are not a certificate in PEM form and its key without a password. "
        "Give the two files that belong together."
    ),
    "certificate_half_given": mark(
        "A certificate needs its key. Give both --tls-cert and --tls-key."
    ),
    "public_host_invalid": mark(
        '"{host}" is not a host name. Give it without https:// and without a port, such as '
        "disco.example.org."
    ),
    "folder_missing": mark("The folder {folder} does not exist. Create it, or choose another one."),
    "folder_unusable": mark(
        "The folder {folder} could not be created or written to ({reason}). Check its "
        "permissions and the free space, or choose another one."
    ),
    "data_dir_in_use": mark(
        "Another Disco server is using the folder {folder}. Stop that one, or choose another "
        "folder with --data-dir."
    ),
    "server_failed": mark(
        "The server stopped because of an internal error. Start it again; DISCO_DEBUG=disco:* "
        "shows more."
    ),
}
