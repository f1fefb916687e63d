"""The catalogue of sentences: what each code means, in words for a nurse or a teacher.

Plain templates, so that they can be translated: `{name}` is an argument of the error, and
`{count:row|rows}` a number with the word that goes with it. The first sentence says what happened,
the second what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disco_desktop.engine.events import Status

SENTENCES: dict[str, str] = {
    # the program itself
    "unknown_code": (
        "Something went wrong that this version has no words for ({code}). Update the program, or "
        "run it again with DISCO_DEBUG=disco:* to see more."
    ),
    "unknown_problem": (
        "There is something in the data that this version has no words for ({code}). Update the "
        "program."
    ),
    "interrupted": "Stopped before anything was begun.",
    "training_interrupted": (
        "The training was stopped and can go on: give the same command again with --resume."
    ),
    "program_failed": (
        "The program had to stop because of a mistake of ours. Run it again with "
        "DISCO_DEBUG=disco:* and report what it says."
    ),
    "process_not_started": (
        "This computer would not start another process. Close other programs, then try again."
    ),
    "worker_died": (
        "The training's process ended unexpectedly, perhaps for lack of memory. Close other "
        "programs, then give the same command again with --resume."
    ),
    "worker_strange": (
        "The training's process could not be understood and was stopped. Give the same command "
        "again with --resume."
    ),
    "assistant_died": (
        "The process that was to do this ended unexpectedly, perhaps for lack of memory. Close "
        "other programs, then try again."
    ),
    "assistant_strange": (
        "The process that was to do this could not be understood and was stopped. Try again."
    ),
    "assistant_failed": (
        "This could not be done because of a mistake of ours. Try it with other data; with "
        "DISCO_DEBUG=disco:* the program tells more."
    ),
    "nothing_to_write": "There is nothing to show or write yet. Choose data first.",
    "model_writes_nothing": (
        "This model of {task} does not write texts. Choose a model that was trained on texts."
    ),
    "too_many_pictures_by_label": (
        "These are more than {most:picture|pictures}. Put them into a folder for each label, and "
        "choose the folder with these folders in it."
    ),
    "training_failed": (
        "The training had to stop because of a mistake of ours. Give the same command again with "
        "--resume; with DISCO_DEBUG=disco:* it tells more."
    ),
    "no_sample_data": (
        "None of this server's tasks has sample data on this computer. Choose a task and your own "
        "data."
    ),
    "server_starting": (
        "The server on this computer is still starting. Try again in a few seconds."
    ),
    "hosted_server_not_started": (
        "The server on this computer did not start. What it noted last is in {log}."
    ),
    "hosted_server_failed": (
        "The server on this computer cannot be used because of an error of ours. Start the "
        "application anew; the details say what went wrong."
    ),
    "hosted_server_refused": "{reason} So the server on this computer did not start.",
    "hosted_server_died": (
        "The server on this computer ended again and again. What was trained is kept, and can be "
        "gone on with (on the command line with --resume). What the server noted is in {log}."
    ),
    # what is wished of a training
    "scheme_is_the_servers": (
        "On this server the task is trained with the scheme {scheme}. Leave out --scheme."
    ),
    "too_few_for_secure": (
        "This task hides each update among those of others, which takes at least "
        "{least:participant|participants}. Choose --users {least} or more, or --scheme local."
    ),
    "task_protects_less": (
        "The server's task {task} protects your updates less than the task of that name on this "
        "computer."
    ),
    "fingerprint_without_server": (
        "A fingerprint belongs to a server. Give the server's address with --server too."
    ),
    "reach_without_peers": (
        "Only participants that exchange among themselves have connections to each other. Leave "
        "out --relay-only and --peer-port, or choose --scheme decentralized."
    ),
    "peer_port_unusable": (
        "The other participants cannot call this computer at port {port}: {reason}. They are "
        "reached in other ways meanwhile, if need be through the server. End the program that uses "
        "the port, or choose another one, and start the training again."
    ),
    "round_duration_is_the_servers": (
        "With a server, its task says how long a round is. Leave out --round-duration."
    ),
    "server_when_alone": (
        "Whoever trains alone needs no server. Leave out --server, or choose --scheme federated."
    ),
    "round_longer_than_training": (
        "A round of {round_duration:epoch|epochs} is longer than the whole training of {epochs}. "
        "Choose a smaller --round-duration, or more --epochs."
    ),
    "nothing_to_resume": (
        "No training of {task} on these data is waiting to go on. Leave out --resume to begin one."
    ),
    "resume_differs": (
        "The training that is waiting to go on was begun with another {option}. Leave that option "
        "out, or leave out --resume to begin anew."
    ),
    "training_under_way": (
        "A training is going on in this window already. Wait for it to end, or stop it first."
    ),
    "training_already_running": (
        "This training is already going on in another window or program. Wait for it to end, or "
        "stop it there."
    ),
    # tasks
    "task_unknown": "There is no task called {task} on this machine. The tasks are: {known}.",
    "task_without_sample": "The task {task} has no sample data. Use data of your own.",
    "task_invalid": (
        "The description of the task has a mistake in {field}: {problem}. Whoever made the task "
        "must correct it."
    ),
    "task_not_json": (
        "The description of the task is not JSON, so it cannot be read. Whoever made the task "
        "must correct it."
    ),
    "task_schema_version": (
        "The task is described in version {version} of the format, and this program knows version "
        "{known}. Use the version of the program that the others use."
    ),
    "task_too_large": (
        "The description of the task is larger than {largest:byte|bytes}. Whoever made the task "
        "must shorten it."
    ),
    "task_unreadable": (
        "The task in {file} could not be read. Check the path and that you may read it."
    ),
    "initial_weights_failed": (
        "The first weights of the task {task} could not be made. Check the free memory and disk "
        "space; with DISCO_DEBUG=disco:* the program tells more."
    ),
    # models
    "model_unknown": "There is no model called {model}. `disco models` lists those that there are.",
    "model_damaged": (
        "The model is damaged and was set aside as {file}. Use another one, or import it again."
    ),
    "model_name_invalid": (
        "A model's name has at least one letter and at most {longest}. Choose another name."
    ),
    "model_not_kept": (
        "{file} cannot be kept, since nothing is being kept here. Choose a folder for models."
    ),
    "model_file_missing": "There is no file {file}. Check the path.",
    "model_file_unreadable": "{file} could not be read: {reason}. Check that you may read it.",
    "model_file_invalid": "{file} is not a model that this program can use. Export it again.",
    "model_file_damaged": "{file} is damaged. Use another copy of it.",
    "model_file_too_large": "{file} is too large for a model. Choose another file.",
    "model_file_executable": (
        "{file} may hold a program, so it was not opened. Ask for the model as a safetensors file "
        "that Disco exported."
    ),
    "model_file_foreign": "{file} is not a model of Disco. Choose a file that Disco exported.",
    "model_file_newer": "{file} is from a newer version of the program. Update this one.",
    "model_not_finite": (
        "{file} holds values that are not numbers, so the model cannot be used. Use another copy "
        "of it."
    ),
    "model_not_scaled": (
        "{file} lacks how the columns {columns} are scaled, which each participant's own data say. "
        "Train a round of {task} with that server: the model that you keep then is complete."
    ),
    "model_does_not_fit": "The model does not fit its task. Choose another one.",
    "arrays_do_not_fit": (
        "The arrays do not fit the task: it takes a row a sample, {columns:column|columns}, and a "
        "known outcome for each row."
    ),
    "own_network_missing": (
        "The network {network} is code that this task does not bring along, so only a program that "
        "has it can train or use this model."
    ),
    "own_network_differs": (
        "This network is not the task's {network}: its weights have other names or shapes."
    ),
    "device_unknown": "This computer has no device called {device} to train on. Choose cpu.",
    # storage
    "storage_full": (
        "The disk is full, so nothing more could be kept in {folder}. Make room, then try again."
    ),
    "storage_forbidden": (
        "You may not write to {folder}. Check its permissions, or choose another place."
    ),
    "storage_failed": (
        "Nothing could be kept in {folder}: {reason}. Check the disk, then try again."
    ),
    "memory_busy": (
        "Another program is changing the models in {folder}. Wait for it to end, then try again."
    ),
    "checkpoint_damaged": (
        "What was kept of this training is damaged and was set aside in {folder}. Begin anew, "
        "without --resume."
    ),
    "checkpoint_of_other_version": (
        "What was kept of this training is from another version of the program. Begin anew, "
        "without --resume."
    ),
    "checkpoint_of_other_task": (
        "The task {task} has changed since this training was begun. Begin anew, without --resume."
    ),
    "data_changed": (
        "The data have changed since this training was begun. Put the same data back, or begin "
        "anew, without --resume."
    ),
    "training_diverged": (
        "The model's values grew beyond all bounds, so the training was stopped. Check the data "
        "for numbers that are far too large; whoever made the task may lower its learning rate."
    ),
    # the server's answers
    "server_key_not_proved": (
        "The server could not prove who it is, so nothing was sent. Check the address, or ask "
        "whoever runs it."
    ),
    "server_key_changed": (
        "The server at {address} is not the one that this training began with, so nothing more "
        "was sent. Ask whoever runs it."
    ),
    "server_away": (
        "The server at {address} has been away for {minutes:minute|minutes}. Give the same "
        "command again with --resume when it is back."
    ),
    "waited_too_long": (
        "Nothing came from the others for {minutes:minute|minutes}. Give the same command again "
        "with --resume when they are there."
    ),
    "model_of_other_size": (
        "The model on the server has another size than its task says. Ask whoever runs it."
    ),
    "key_not_proved": (
        "The server does not believe that we are who we say. Check this computer's clock and try "
        "again."
    ),
    "protocol_differs": (
        "The server speaks version {ours} of the protocol and this program version {theirs}. Use "
        "the version of the program that the server has."
    ),
    "task_schema_differs": (
        "The server describes tasks in version {ours} of the format and this program in version "
        "{theirs}. Use the version of the program that the server has."
    ),
    "task_differs": (
        "The server has another version of this task than we have. Fetch the task from the server "
        "again."
    ),
    "task_not_on_server": (
        "The server has no task called {task}. Check the name, or ask whoever runs the server."
    ),
    "task_of_other_scheme": (
        "The task {task} is not trained in that way; its scheme is {scheme}. Choose that scheme."
    ),
    "card_not_proved": (
        "The server does not believe that we are who we tell the others. Try again; if it stays "
        "so, use the version of the program that the server has."
    ),
    "card_not_usable": (
        "The server cannot tell the others how to reach us. Use the version of the program that "
        "the server has."
    ),
    "model_not_agreed": (
        "We have another model than the others have agreed on, so ours cannot go on. Join again to "
        "get theirs."
    ),
    "model_lost": (
        "Everybody who had the current model has left, so the training cannot go on from it. Join "
        "again, to begin anew with those who are there."
    ),
    "attempts_used_up": (
        "The participants tried to exchange their updates too many times without success. Check "
        "the connections between them, then join again to begin anew."
    ),
    "not_introduced": (
        "The server has not introduced us to the other participants yet. Connect again."
    ),
    "peer_unknown": "That participant is not there any more, so it cannot be reached.",
    "relay_busy": (
        "The server passes on as much between participants as it can. Try again later, or ask "
        "whoever runs it."
    ),
    "role_not_granted": "The server does not let us take part as {role}. Ask whoever runs it.",
    "room_full": (
        "The task has its {participants:participant|participants} already. Try again later."
    ),
    "session_unknown": (
        "The server no longer knows the training that we were part of (number {session}). Begin "
        "anew, without --resume."
    ),
    "too_many_tasks": (
        "The server has {tasks:task|tasks} already and takes no more. Ask whoever runs it."
    ),
    "no_tasks_in_folder": (
        "There is no task in {folder}. Put one there, or leave out --tasks for the default ones."
    ),
    "update_of_future_round": (
        "Our update is for round {round}, but the server is at round {current}. Begin anew, "
        "without --resume."
    ),
    "update_too_late": (
        "Our update for round {round} came too late, for the server is at round {current}. "
        "Training goes on from there."
    ),
    "update_too_large": (
        "The server refused our update, since its values are larger than the task allows. Check "
        "the data for numbers that are far too large."
    ),
    "update_not_finite": (
        "Our update was refused, since it holds values that are not numbers. Check the data for "
        "numbers that are far too large."
    ),
    "update_wrong_size": (
        "The server refused our update, since it has another size than the task's model. Use the "
        "version of the program that the server has."
    ),
    "exchange_void": (
        "An exchange came to nothing, since somebody left or fell silent in the middle of it. "
        "Nobody's update was seen; this round is trained once more."
    ),
    "update_clipped": (
        "Our update was not sent: {percent} % of its values change by more than the task's secure "
        "aggregation takes. Check the data for numbers that are far too large; whoever made the "
        "task may raise its largest change."
    ),
    "update_malformed": (
        "The server could not read our update. Use the version of the program that the server has."
    ),
    "server_storage": (
        "The server could not store what we sent. Its disk is full or fails: make room there, or "
        "ask whoever runs it to do so."
    ),
    "server_storage_version": (
        "The server's data are of version {version}, and this program knows version {known}. "
        "Start the version of the program that wrote them."
    ),
    "server_model_damaged": (
        "The server's copy of the model in {file} is damaged. Put a copy of its data folder back."
    ),
    "server_folder": (
        "The server cannot use the folder {folder}: {reason}. Check its permissions and the free "
        "space."
    ),
    "request_too_slow": (
        "What we sent arrived too slowly, so the server gave up. Check your internet connection."
    ),
    "model_not_on_server": (
        "The server no longer has that model. Begin again to get the current one."
    ),
    "creator_token_missing": (
        "Only whoever created this server's tasks may do that. Give the creator's token."
    ),
    "not_the_creator": "That is not the creator's token. Ask whoever runs the server for it.",
    "session_finished": (
        "The training that we are part of (number {session}) has ended on the server. The model "
        "there is the final one."
    ),
    "server_contribution_damaged": (
        "The server's copy of a contribution in {file} is damaged, so that round cannot be "
        "closed. Whoever runs the server must look after its disk."
    ),
    "piece_differs": "A part of our update was changed on its way and is sent again.",
    "upload_not_announced": "The server does not know of our update. It is sent again.",
    "upload_offset": "The server has another part of our update than we thought. It is sent again.",
    "upload_busy": "Our update is being sent by another connection. It goes on there.",
    "token_missing": "The server does not know who is asking. Connect again.",
    "token_not_valid": "The server no longer accepts this connection. Connect again.",
    "not_a_participant": (
        "Only participants may send updates, and we only watch. Join as a participant."
    ),
    "announcement_malformed": (
        "The server could not read what our update holds. Use the version of the program that the "
        "server has."
    ),
    "announcement_too_large": "Our update is larger than the server accepts. Ask whoever runs it.",
    # secure aggregation
    "secure_group_too_small": (
        "Nothing was sent, since among {members:participant|participants} no update can stay "
        "secret. Wait until there are at least three."
    ),
    "secure_group_differs": (
        "Nothing was sent, since the server's list of participants for this round is wrong. Ask "
        "whoever runs it."
    ),
    "peer_keys_differ": (
        "Nothing was sent, since the keys of the other participants are not those of this round. "
        "Training goes on with a fresh update."
    ),
    "peer_key_refused": (
        "Nothing was sent, since the key of participant {peer} would keep nothing secret. Ask "
        "whoever runs the server to leave that participant out."
    ),
    "attempt_spent": (
        "Nothing was sent, since this update was asked for already (attempt {attempt}), and twice "
        "would give it away. Training goes on with a fresh update."
    ),
    "promise_broken": (
        "A participant sent something else than it had promised, so this round does not count. "
        "Training goes on with a fresh update."
    ),
    "sum_malformed": (
        "What the other participants sent could not be added up, so this round does not count. "
        "Training goes on with a fresh update."
    ),
    "sum_not_possible": (
        "The sum of all updates cannot be right, so this round does not count. Training goes on "
        "with a fresh update."
    ),
    # identity, addresses and a server of one's own
    "identity_unreadable": (
        "This installation's key in {file} could not be read or written ({reason}). Check the "
        "folder's permissions and the free space, then try again."
    ),
    "identity_damaged": (
        "This installation's key in {file} was damaged and has been kept as {aside}. Start again: "
        "a new key is made, and others will see a new participant."
    ),
    "server_address_invalid": (
        '"{address}" is not a server\'s address. It should look like '
        "https://disco.example.org:8080."
    ),
    "server_address_plain": (
        "{address} would send everything unencrypted to another computer. Use its https:// "
        "address instead."
    ),
    "server_fingerprint_invalid": (
        '"{fingerprint}" is not a certificate\'s fingerprint. It has 64 digits and letters from '
        "a to f; copy it as the server printed it."
    ),
    "server_fingerprint_plain": (
        "{address} has no certificate that the fingerprint could be compared with. Use its "
        "https:// address, or leave the fingerprint out."
    ),
    "server_certificate_changed": (
        "WARNING: the server at {address} does not show the certificate you expect. It may be "
        "somebody else's server, so nothing was sent. Ask whoever runs it for the right "
        "fingerprint."
    ),
    "server_certificate_untrusted": (
        "The certificate of {address} is not vouched for by anybody this computer trusts, so "
        "nothing was sent. Ask whoever runs the server for its fingerprint and give that too."
    ),
    "server_speaks_plain_http": (
        "The server at {address} does not speak https. Check the address and the port."
    ),
    "server_tls_failed": (
        "No encrypted connection to {address} could be made, so nothing was sent. Check the "
        "address and the port."
    ),
    "server_name_unknown": (
        "No server of the name in {address} can be found. Check the spelling and your internet "
        "connection."
    ),
    "server_proxy_failed": (
        "Your network's proxy did not let us through to {address}. Ask whoever looks after your "
        "network."
    ),
    "server_timeout": (
        "The server at {address} did not answer in time. Check your internet connection, or try "
        "again later."
    ),
    "server_unreachable": (
        "No server answers at {address}. Check the address and your internet connection, or ask "
        "whoever runs it whether it is on."
    ),
    "server_connection_lost": (
        "The connection to {address} was lost. Check your internet connection; where the address "
        "begins with http://, perhaps the server wants https://."
    ),
    "server_answer_strange": (
        "What answers at that address does not look like a Disco server. Check the address."
    ),
    "listen_port_in_use": (
        "Port {port} is already in use, perhaps by another Disco server on this computer. Stop "
        "that one, or choose another port with --port."
    ),
    "listen_port_forbidden": (
        "This computer does not let us use port {port}. Choose one above 1024 with --port."
    ),
    "listen_host_unknown": (
        "This computer has no address {host} to listen at. Use 127.0.0.1 for this computer alone, "
        "or 0.0.0.0 for the whole network."
    ),
    "listen_failed": (
        "The server cannot listen at {host}, port {port}. Choose another address or port with "
        "--host and --port."
    ),
    "certificate_unreadable": (
        "The certificate's file {file} could not be read or written ({reason}). Check that it "
        "exists, its permissions and the free space."
    ),
    "certificate_damaged": (
        "The server's certificate in {file} was damaged and has been kept as {aside}. Put a copy "
        "of the file back, or start again: a new certificate is made, and everybody needs its "
        "fingerprint."
    ),
    "certificate_unusable": (
        "{file} and {key} are not a certificate in PEM form and its own key without a password. "
        "Give the two files that belong together."
    ),
    "certificate_half_given": "A certificate needs its key. Give both --tls-cert and --tls-key.",
    "public_host_invalid": (
        '"{host}" is not a host\'s name. Give it without https:// and without a port, like '
        "disco.example.org."
    ),
    "folder_missing": "The folder {folder} does not exist. Create it, or give another one.",
    "folder_unusable": (
        "The folder {folder} could not be created or written to ({reason}). Check its permissions "
        "and the free space, or give another one."
    ),
    "data_dir_in_use": (
        "Another Disco server is using the folder {folder}. Stop that one, or give another folder "
        "with --data-dir."
    ),
    "server_failed": (
        "The server had to stop because of a mistake of ours. Start it again; with "
        "DISCO_DEBUG=disco:* it tells more."
    ),
    # data
    "data_missing": "There is no file or folder called {file}. Check the path.",
    "data_unreadable": "{file} could not be opened: {reason}. Check that you may read it.",
    "file_not_regular": (
        "{file} is not an ordinary file. Choose a CSV, Parquet or Excel file, or a folder of them."
    ),
    "file_of_other_kind": (
        "{file} is not a table that Disco can read. Choose a CSV, Parquet or Excel file, or a "
        "folder of them."
    ),
    "folder_without_tables": (
        "The folder {file} has no CSV, Parquet or Excel file in it. Choose the folder that has "
        "your table."
    ),
    "folder_too_large": (
        "The folder {file} has more than {largest} files. Choose a smaller folder, or one file."
    ),
    "file_unreadable": (
        "{file} could not be read: {reason}. Check that you may read it and that its disk is well."
    ),
    "file_empty": "{file} is empty. Choose the file that has your table.",
    "file_not_text": (
        "{file} is called a CSV file, but what is in it is not a table of text. Save it again as "
        "CSV."
    ),
    "file_damaged": (
        "{file} is damaged, locked with a password, or not of the kind its name says. Open it in "
        "the program it is from and save it again."
    ),
    "file_too_large": (
        "{file} is larger than {largest_mib} MiB. Split it into smaller files and choose one of "
        "them."
    ),
    "sheet_too_large": (
        "A sheet of {file} reaches to row {rows} and column {columns}, which is more than "
        "{largest} cells with the empty ones. Delete what stands far away from the table, or save "
        "the table as CSV."
    ),
    "file_mostly_broken": (
        "{file} has more than {most} rows that cannot be read. Open it in the program it is from "
        "and save it again as CSV."
    ),
    "table_too_large": (
        "{file} has more than {largest} cells in the columns needed. Split it into smaller files "
        "and choose one of them."
    ),
    "columns_missing_but_similar": (
        "{file} lacks these columns: {columns}. Check the names in its first row. Similar names "
        "there: {similar}."
    ),
    "columns_missing": "{file} lacks these columns: {columns}. Check the names in its first row.",
    "column_twice": (
        "{file} has two columns called {column}, so it is not clear which is meant. Rename or "
        "delete one of them."
    ),
    "no_rows": (
        "The table has a first row with names, but no data below it. Choose the file that has "
        "your data."
    ),
    "no_usable_rows": (
        "None of the {count:row|rows} can be used. Correct the cells that are named in the "
        "report, then try again."
    ),
    "rows_all_equal": (
        "{count:usable row|usable rows}, and no two that differ in what this task looks at: none "
        "can be held out to test the model. Add more data."
    ),
    "one_outcome_only": (
        'All {count:row|rows} to learn from have the same outcome, "{label}". A model needs '
        "examples of others too; add more data."
    ),
    "row_broken": (
        "{count:row|rows} of {file} cannot be read, since a quotation mark is not closed or "
        "stands in the wrong place (line {lines}). Such rows are left out."
    ),
    "row_wrong_length": (
        "{count:row does|rows do} not have {cells} cells like the first row of {file} (line "
        "{lines}). Such rows are left out."
    ),
    "row_with_zero_bytes": (
        "{count:row holds|rows hold} bytes in {file} that do not belong in a text (line {lines}). "
        "Such rows are left out; the file may be damaged."
    ),
    "row_too_long": (
        "{count:row is|rows are} too long in {file} for a table (line {lines}). Such rows are "
        "left out."
    ),
    "file_old_encoding": (
        "{count:line is|lines are} not in UTF-8 in {file} and were read as Windows-1252 (line "
        "{lines}). If letters with accents look wrong, save the file as UTF-8."
    ),
    "cell_not_number": (
        "{column}: {count:cell|cells} of {file} should hold a number instead of, for instance, "
        '"{example}" (line {lines}). Such rows are left out.'
    ),
    "cell_decimal_comma": (
        '{column}: {count:number|numbers} of {file} with a comma, for instance "{example}" (line '
        "{lines}). Such rows are left out; write numbers with a point and no thousands "
        "separator: 3.5."
    ),
    "cell_too_large": (
        "{column}: {count:number is|numbers are} too large to learn from in {file}, for instance "
        '"{example}" (line {lines}). Such rows are left out.'
    ),
    "cell_missing": (
        "{column}: {count:cell is|cells are} empty in {file}, which this task does not allow (line "
        "{lines}). Such rows are left out."
    ),
    "cell_far_out": (
        "{column}: {count:number is|numbers are} in {file} very far from what this task expects, "
        'for instance "{example}" (line {lines}). Such rows are used; check the unit.'
    ),
    "cells_filled_center": (
        "{column}: {count:cell is|cells are} empty in {file}. An empty cell counts as average."
    ),
    "cells_filled_zero": (
        "{column}: {count:cell is|cells are} empty in {file}. An empty cell counts as zero."
    ),
    "cells_filled_own": (
        "{column}: {count:cell is|cells are} empty in {file}. An empty cell counts as not known."
    ),
    "category_filled_own": (
        "{column}: {count:cell has|cells have} a value in {file} that this task does not know, for "
        'instance "{example}" (line {lines}). It counts as not known. The task knows: {known}.'
    ),
    "category_unknown": (
        "{column}: {count:row has|rows have} a value in {file} that this task does not know, for "
        'instance "{example}" (line {lines}). Such rows are left out. It knows: {known}.'
    ),
    "values_respelt": (
        "{column}: {count:cell differs|cells differ} in {file} from the task's values in capital "
        'letters alone, for instance "{example}" (line {lines}). The task knows: {known}. Such '
        "cells count as the same value."
    ),
    "column_unknown": (
        "{column}: the task knows none of the values in {file}, for instance "
        '"{example}", so the whole column counts as not known. Check whether this is the right '
        "file. The task knows: {known}."
    ),
    "column_empty": (
        "{column}: the whole column is empty in {file}. Check whether this is the right file."
    ),
    "outcome_missing": (
        "{column}: {count:row has|rows have} no outcome in {file} (line {lines}). Such rows are "
        "left out."
    ),
    "outcome_unknown": (
        "{column}: {count:row has|rows have} an outcome in {file} that this task does not know, "
        'for instance "{example}" (line {lines}). Such rows are left out. It knows: {known}.'
    ),
    "group_missing": (
        "{column}: {count:row does|rows do} not say in {file} to whom it belongs (line {lines}). "
        "Such rows are left out."
    ),
    "rows_repeated": (
        "{count:row is|rows are} the same as another one in what this task looks at. They are "
        "used; check whether something is in the data twice."
    ),
    # pictures
    "file_not_picture": (
        "{file} is no picture that Disco can read. Choose a folder of PNG, JPEG, WebP, TIFF, GIF "
        "or BMP pictures, or a CSV file that names them."
    ),
    "folder_without_pictures": (
        "The folder {file} has no PNG, JPEG, WebP, TIFF, GIF or BMP picture in it. Choose the "
        "folder that has your pictures."
    ),
    "one_picture_only": (
        "{file} is a single picture, and nothing says what it shows. Choose a folder with a folder "
        "of pictures for each label."
    ),
    "list_without_pictures": (
        "None of the pictures that {file} names lies beside or below it. Put the file into the "
        "folder that has the pictures."
    ),
    "no_usable_pictures": (
        "None of the {count:picture|pictures} can be used. Look at what else the report says, then "
        "try again."
    ),
    "pictures_all_equal": (
        "{count:usable picture|usable pictures}, and none can be held out to test the model, since "
        "all are the same or belong together. Add more pictures."
    ),
    "pictures_of_one_label": (
        'All {count:picture|pictures} to learn from show the same, "{label}". A model needs '
        "examples of at least two labels; add more pictures."
    ),
    "pictures_without_label": (
        "{count:picture lies|pictures lie} outside of any label's folder: {files}. Such pictures "
        "are left out; put each into a folder called by its label: {known}."
    ),
    "label_folders_unknown": (
        "{count:picture lies|pictures lie} in folders that are called like none of the task's "
        "labels: {folders}. Such pictures are left out; the task knows: {known}."
    ),
    "files_not_pictures": (
        "{count:file is|files are} of a kind that Disco does not read as pictures: {files}. They "
        "are ignored; save them as PNG or JPEG if they should count."
    ),
    "folders_denied": (
        "{count:folder|folders} could not be looked into: {files}. Check that you may read them; "
        "the rest is used."
    ),
    "pictures_not_opened": (
        "{count:picture|pictures} could not be opened: {files}. They are left out; check that you "
        "may read them and that the disk is well."
    ),
    "pictures_empty": "{count:file has|files have} nothing in it: {files}. They are left out.",
    "pictures_unreadable": (
        "{count:file is|files are} damaged or no picture at all: {files}. They are left out; open "
        "them in another program and save them again."
    ),
    "pictures_too_large": (
        "{count:picture is|pictures are} too large to be decoded: {files}. They are left out; save "
        "them with fewer pixels."
    ),
    "pictures_tiny": (
        "{count:picture has|pictures have} far fewer pixels than the task looks at: {files}. They "
        "are used; check whether they are mere previews."
    ),
    "pictures_repeated": (
        "{count:picture is|pictures are} the same as another one in what this task looks at: "
        "{files}. They are used; check whether something is in the data twice."
    ),
    "pictures_contradictory": (
        "{count:picture|pictures} can be found under more than one label: {files}. They are left "
        "out; decide what they show."
    ),
    "pictures_without_group": (
        "The path of {count:picture does|pictures do} not say to whom it belongs: {files}. Such "
        "pictures are left out."
    ),
    "labels_without_pictures": (
        "{count:label has|labels have} no picture: {labels}. The model will not learn them here."
    ),
    "labels_rare": (
        "{count:label has|labels have} less than a twentieth of the pictures that {commonest} has: "
        "{labels}. The model may never answer with such a label; add pictures of it."
    ),
    "labels_not_held_out": (
        "No picture of {count:label|labels} is held out to test the model: {labels}. What is "
        "measured says nothing of such a label; add pictures of it."
    ),
    "pictures_not_listed": (
        "{count:picture is|pictures are} not named in {file}: {files}. They are left out."
    ),
    "listed_file_missing": (
        "{file} names {count:picture that is|pictures that are} not there: {files} (line {lines}). "
        "Check the names; the rest is used."
    ),
    "listed_file_ambiguous": (
        "{count:name|names} in {file} may mean one picture or another: {files} (line {lines}). "
        "Such rows are left out; write the folder before the name."
    ),
    "listed_file_twice": (
        "{count:row of|rows of} {file} name a picture that an earlier row names too: {files} (line "
        "{lines}). Each picture counts once."
    ),
    "listed_file_two_labels": (
        "{count:picture has|pictures have} two labels in the list: {files}. They are left out; "
        "decide what they show."
    ),
    "pictures_need_room": (
        "{count:picture|pictures} would take {needed_mib} MiB once decoded, and there is room for "
        "{room_mib} MiB in {folder}. Make room on that disk, or choose fewer pictures."
    ),
    "cache_failed": (
        "Decoded pictures could not be kept in {folder}: {reason}. Check that disk and the free "
        "space, then try again."
    ),
    # texts
    "file_not_text_file": (
        "{file} is no text file. Choose a file that ends in .txt, or a folder of such files."
    ),
    "folder_without_texts": (
        "The folder {file} has no text file in it or below it. Choose the folder that has your "
        "files that end in .txt."
    ),
    "text_empty": "{file} has no text in it. It is left out.",
    "text_with_zero_bytes": (
        "{count:line holds|lines hold} bytes in {file} that belong in no text (line {lines}). Such "
        "lines are left out; the file may be damaged."
    ),
    "text_too_short": (
        "The text comes to {tokens:token|tokens}, and at least {needed} are needed. Add more text."
    ),
    "no_usable_texts": (
        "There is no line of text that can be used. Choose files that have text in them."
    ),
    "texts_all_equal": (
        "{count:usable text|usable texts}, and no two that differ: none can be held out to test "
        "the model. Add more texts."
    ),
    "too_many_prompts": (
        "There are more than {largest} lines to go on from. Choose a smaller file."
    ),
    "tokens_not_kept": (
        "The prepared text could not be kept in {folder}: {reason}. Check that disk and the free "
        "space, then try again."
    ),
    "generation_out_of_range": (
        "A text cannot be written that way. Choose fewer tokens, or a temperature from 0 to 100."
    ),
    # predictions and sample data
    "preprocessing_mismatch": (
        "This model was trained on the columns {model}, but the task has {task}. Choose the model "
        "that belongs to this task."
    ),
    "predictions_not_written": (
        "The predictions could not be written to {file}: {reason}. Choose another place."
    ),
    "sample_not_copied": (
        "The sample data could not be copied to {folder}: {reason}. Choose another folder."
    ),
    "sample_in_the_way": (
        "There is another file at {file}, and it was not overwritten. Choose an empty folder."
    ),
}

STATUSES: dict[Status, str] = {
    "not enough participants": (
        "waiting for more participants: {participants} of at least {minimum} are there"
    ),
    "updating model": "updating the model with the others' contributions",
    "local training": "training on this computer",
    "connecting to peers": "connecting to the other participants",
    "reconnecting": "the connection was lost; connecting again",
    "paused": "paused",
}
