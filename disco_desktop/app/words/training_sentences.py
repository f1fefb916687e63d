"""What the codes of tasks, trainings, models and storage mean, in words for a nurse."""

from __future__ import annotations

from disco_desktop.translation import Said, Sentence, mark, mark_plural

TRAINING: dict[str, Sentence] = {
    # the program itself
    "unknown_code": Said(
        window=mark(
            "Something went wrong that this version of Disco cannot describe ({code}). Update "
            "Disco and try again."
        ),
        terminal=mark(
            "Something went wrong that this version of Disco cannot describe ({code}). Update "
            "Disco, or run the command again with DISCO_DEBUG=disco:* to see more."
        ),
    ),
    "unknown_problem": mark(
        "There is a problem in the data that this version of Disco cannot describe ({code}). "
        "Update Disco."
    ),
    "interrupted": mark("Stopped before anything began."),
    "training_interrupted": Said(
        window=mark("The training was stopped. You can continue it."),
        terminal=mark(
            "The training was stopped. To continue it, give the same command again with --resume."
        ),
    ),
    "program_failed": Said(
        window=mark("Disco ran into an internal error. The details below help us to fix it."),
        terminal=mark(
            "Disco crashed because of an internal error. Run the command again with "
            "DISCO_DEBUG=disco:* and report what it prints."
        ),
    ),
    "process_not_started": mark(
        "The system refused to start another process. Close other programs, then try again."
    ),
    "worker_died": Said(
        window=mark(
            "The training process ended unexpectedly; it may have run out of memory. Close "
            "other programs, then continue the training."
        ),
        terminal=mark(
            "The training process ended unexpectedly; it may have run out of memory. Close "
            "other programs, then give the same command again with --resume."
        ),
    ),
    "worker_strange": Said(
        window=mark(
            "The training process sent invalid data and was stopped. Continue the training."
        ),
        terminal=mark(
            "The training process sent invalid data and was stopped. Give the same command "
            "again with --resume."
        ),
    ),
    "assistant_died": mark(
        "The process that was working on this ended unexpectedly; it may have run out of "
        "memory. Close other programs, then try again."
    ),
    "assistant_strange": mark(
        "The process that was working on this sent invalid data and was stopped. Try again."
    ),
    "assistant_failed": Said(
        window=mark(
            "This failed because of an internal error. Try it with other data; the details "
            "below help us to fix it."
        ),
        terminal=mark(
            "This failed because of an internal error. Try it with other data; "
            "DISCO_DEBUG=disco:* shows more."
        ),
    ),
    "nothing_to_write": mark("There is nothing to show or write yet. Choose data first."),
    "model_writes_nothing": mark(
        "This model of {task} does not write text. Choose a model that was trained on text."
    ),
    "too_many_pictures_by_label": mark_plural(
        "These are more than {most} picture. Put them into one folder per label, and choose "
        "the folder that contains these folders.",
        "These are more than {most} pictures. Put them into one folder per label, and choose "
        "the folder that contains these folders.",
        "most",
    ),
    "training_failed": Said(
        window=mark(
            "The training stopped because of an internal error. Continue it; the details below "
            "help us to fix it."
        ),
        terminal=mark(
            "The training stopped because of an internal error. Give the same command again "
            "with --resume; DISCO_DEBUG=disco:* shows more."
        ),
    ),
    "no_sample_data": mark(
        "None of this server's tasks has sample data on this computer. Choose a task and your "
        "own data."
    ),
    "server_starting": mark(
        "The server on this computer is still starting. Try again in a few seconds."
    ),
    "hosted_server_not_started": mark(
        "The server on this computer did not start. Its last messages are in {log}."
    ),
    "hosted_server_failed": mark(
        "The server on this computer failed because of an internal error. Restart Disco; the "
        "details say what went wrong."
    ),
    "hosted_server_refused": mark("The server on this computer did not start: {reason}"),
    "hosted_server_died": Said(
        window=mark(
            "The server on this computer kept crashing. Your progress is saved, and you can "
            "continue the training. The server's messages are in {log}."
        ),
        terminal=mark(
            "The server on this computer kept crashing. Your progress is saved; continue with "
            "--resume. The server's messages are in {log}."
        ),
    ),
    # what was asked of a training
    "scheme_is_the_servers": Said(
        window=mark("On this server, the task is trained as {scheme}."),
        terminal=mark(
            "On this server, the task is trained with the scheme {scheme}. Leave out --scheme."
        ),
    ),
    "too_few_for_secure": Said(
        window=mark_plural(
            "This task hides each update among others, which takes at least {least} "
            "participant. Simulate more of them, or train alone.",
            "This task hides each update among others, which takes at least {least} "
            "participants. Simulate more of them, or train alone.",
            "least",
        ),
        terminal=mark_plural(
            "This task hides each update among others, which takes at least {least} "
            "participant. Use --users {least} or more, or --scheme local.",
            "This task hides each update among others, which takes at least {least} "
            "participants. Use --users {least} or more, or --scheme local.",
            "least",
        ),
    ),
    "task_protects_less": mark(
        "The server's task {task} protects your updates less than the task of that name on "
        "this computer."
    ),
    "fingerprint_without_server": Said(
        window=mark("A fingerprint belongs to a server. Enter the server's address too."),
        terminal=mark(
            "A fingerprint belongs to a server. Give the server's address with --server too."
        ),
    ),
    "reach_without_peers": Said(
        window=mark(
            "Participants connect to each other only in peer-to-peer training. This task is "
            "trained in another way."
        ),
        terminal=mark(
            "Participants connect to each other only in peer-to-peer training. Leave out "
            "--relay-only and --peer-port, or use --scheme decentralized."
        ),
    ),
    "peer_port_unusable": mark(
        "Other participants cannot reach this computer at port {port}: {reason}. They are "
        "reached in other ways for now, if necessary through the server. End the program that "
        "uses the port, or choose another port, and start the training again."
    ),
    "round_duration_is_the_servers": Said(
        window=mark("The length of a round is set by the server's task."),
        terminal=mark(
            "The length of a round is set by the server's task. Leave out --round-duration."
        ),
    ),
    "epochs_are_the_servers": Said(
        window=mark_plural(
            "This task ends after {rounds} round, that is {most} epochs, for everyone. Choose "
            "fewer epochs, or train alone.",
            "This task ends after {rounds} rounds, that is {most} epochs, for everyone. Choose "
            "fewer epochs, or train alone.",
            "rounds",
        ),
        terminal=mark_plural(
            "This task ends after {rounds} round, that is {most} epochs, for everyone. Use fewer "
            "--epochs, or --scheme local.",
            "This task ends after {rounds} rounds, that is {most} epochs, for everyone. Use fewer "
            "--epochs, or --scheme local.",
            "rounds",
        ),
    ),
    "server_when_alone": Said(
        window=mark("Training alone needs no server. Choose to train together instead."),
        terminal=mark(
            "Training alone needs no server. Leave out --server, or use --scheme federated."
        ),
    ),
    "round_longer_than_training": Said(
        window=mark_plural(
            "A round of {round_duration} epoch is longer than the whole training ({epochs}). "
            "Choose more epochs.",
            "A round of {round_duration} epochs is longer than the whole training ({epochs}). "
            "Choose more epochs.",
            "round_duration",
        ),
        terminal=mark_plural(
            "A round of {round_duration} epoch is longer than the whole training ({epochs}). "
            "Use a smaller --round-duration or more --epochs.",
            "A round of {round_duration} epochs is longer than the whole training ({epochs}). "
            "Use a smaller --round-duration or more --epochs.",
            "round_duration",
        ),
    ),
    "nothing_to_resume": Said(
        window=mark(
            "No interrupted training of {task} with these data can be continued. Start a new one."
        ),
        terminal=mark(
            "No interrupted training of {task} with these data can be continued. Leave out "
            "--resume to start a new one."
        ),
    ),
    "resume_differs": Said(
        window=mark(
            "The interrupted training was started with other settings ({option}). Start a new "
            "one instead."
        ),
        terminal=mark(
            "The interrupted training was started with a different {option}. Leave that option "
            "out, or leave out --resume to start a new training."
        ),
    ),
    "training_under_way": mark(
        "A training is already running in this window. Wait for it to finish, or stop it first."
    ),
    "training_already_running": mark(
        "This training is already running in another window or program. Wait for it to finish, "
        "or stop it there."
    ),
    # tasks
    "task_unknown": mark(
        "There is no task called {task} on this computer. Available tasks: {known}."
    ),
    "task_without_sample": mark("The task {task} has no sample data. Use your own data."),
    "task_invalid": mark(
        "The task description has an error in {field}: {problem}. Its author must correct it."
    ),
    "task_not_json": mark("The task description is not valid JSON. Its author must correct it."),
    "task_schema_version": mark(
        "The task uses version {version} of the task format; this program supports version "
        "{known}. Use the same version of Disco as the other participants."
    ),
    "task_too_large": mark_plural(
        "The task description is larger than {largest} byte. Its author must shorten it.",
        "The task description is larger than {largest} bytes. Its author must shorten it.",
        "largest",
    ),
    "task_unreadable": mark(
        "The task in {file} could not be read. Check the path and your permissions."
    ),
    "initial_weights_failed": Said(
        window=mark(
            "The initial weights of the task {task} could not be created. Check the free "
            "memory and disk space."
        ),
        terminal=mark(
            "The initial weights of the task {task} could not be created. Check the free "
            "memory and disk space; DISCO_DEBUG=disco:* shows more."
        ),
    ),
    # models
    "model_unknown": Said(
        window=mark("There is no model called {model}. Choose one of the models on this computer."),
        terminal=mark("There is no model called {model}. `disco models` lists the available ones."),
    ),
    "model_damaged": mark(
        "The model is damaged and was set aside as {file}. Use another one, or import it again."
    ),
    "model_name_invalid": mark(
        "A model name has between one and {longest} characters, at least one of them a letter. "
        "Choose another name."
    ),
    "model_not_kept": mark(
        "{file} cannot be kept, because this memory keeps nothing. Choose a folder for models."
    ),
    "model_file_missing": mark("There is no file {file}. Check the path."),
    "model_file_unreadable": mark("{file} could not be read: {reason}. Check your permissions."),
    "model_file_invalid": mark("{file} is not a model that Disco can use. Export it again."),
    "model_file_damaged": mark("{file} is damaged. Use another copy of it."),
    "model_file_too_large": mark("{file} is too large for a model. Choose another file."),
    "model_file_executable": mark(
        "{file} may contain a program, so it was not opened. Ask for the model as a "
        "safetensors file exported by Disco."
    ),
    "model_file_foreign": mark("{file} is not a Disco model. Choose a file that Disco exported."),
    "model_file_newer": mark("{file} comes from a newer version of Disco. Update this one."),
    "model_not_finite": mark(
        "{file} contains values that are not numbers, so the model cannot be used. Use another "
        "copy of it."
    ),
    "model_not_scaled": mark(
        "{file} does not say how the columns {columns} are scaled, which depends on each "
        "participant's own data. Train one round of {task} with that server: the model you "
        "keep then is complete."
    ),
    "model_does_not_fit": mark("The model does not match its task. Choose another one."),
    "arrays_do_not_fit": mark_plural(
        "The arrays do not match the task: it takes one row per sample, {columns} column, and "
        "a known outcome for each row.",
        "The arrays do not match the task: it takes one row per sample, {columns} columns, and "
        "a known outcome for each row.",
        "columns",
    ),
    "own_network_missing": mark(
        "The network {network} is code that does not come with this task, so only a program "
        "that has it can train or use this model."
    ),
    "own_network_differs": mark(
        "This network is not the task's {network}: its weights have different names or shapes."
    ),
    "device_unknown": mark("This computer has no device called {device}. Choose cpu."),
    # storage
    "storage_full": mark(
        "The disk is full, so nothing more could be saved in {folder}. Free some space, then "
        "try again."
    ),
    "storage_forbidden": mark(
        "You may not write to {folder}. Check its permissions, or choose another folder."
    ),
    "storage_failed": mark(
        "Nothing could be saved in {folder}: {reason}. Check the disk, then try again."
    ),
    "memory_busy": mark(
        "Another program is changing the models in {folder}. Wait for it to finish, then try again."
    ),
    "checkpoint_damaged": Said(
        window=mark(
            "The saved progress of this training is damaged and was set aside in {folder}. "
            "Start a new training."
        ),
        terminal=mark(
            "The saved progress of this training is damaged and was set aside in {folder}. "
            "Start a new training, without --resume."
        ),
    ),
    "file_newer": mark(
        "{file} comes from a newer version of Disco and stays as it is, so changes are not saved. "
        "Update Disco."
    ),
    "training_newer": mark(
        "This training was started with a newer version of Disco. It is kept; update Disco to "
        "continue it."
    ),
    "checkpoint_of_other_version": Said(
        window=mark(
            "The saved progress of this training comes from another version of Disco. Start a "
            "new training."
        ),
        terminal=mark(
            "The saved progress of this training comes from another version of Disco. Start a "
            "new training, without --resume."
        ),
    ),
    "checkpoint_of_other_task": Said(
        window=mark(
            "The task {task} has changed since this training was started. Start a new training."
        ),
        terminal=mark(
            "The task {task} has changed since this training was started. Start a new "
            "training, without --resume."
        ),
    ),
    "data_changed": Said(
        window=mark(
            "The data have changed since this training was started. Restore them, or start a "
            "new training."
        ),
        terminal=mark(
            "The data have changed since this training was started. Restore them, or start a "
            "new training, without --resume."
        ),
    ),
    "training_diverged": mark(
        "The model's values grew without limit, so the training was stopped. Check the data "
        "for numbers that are far too large; the task's author may lower its learning rate."
    ),
    # predictions and sample data
    "preprocessing_mismatch": mark(
        "This model was trained on the columns {model}, but the task has {task}. Choose the "
        "model that belongs to this task."
    ),
    "predictions_not_written": mark(
        "The predictions could not be written to {file}: {reason}. Choose another place."
    ),
    "sample_not_copied": mark(
        "The sample data could not be copied to {folder}: {reason}. Choose another folder."
    ),
    "sample_in_the_way": mark(
        "There is another file at {file}, and it was not overwritten. Choose an empty folder."
    ),
    "generation_out_of_range": mark(
        "Text cannot be generated with these settings. Choose fewer tokens, or a temperature "
        "from 0 to 100."
    ),
}
