/* The table of commands: every name, option, sentence of help and example there is. See cmd.h for what is made of
 * it. */
#include "client/cli/cmd_table.h"

/* Rows of several commands. */
#define PLACE_OPTIONS \
    {"after", 0, "CARD", "Behind this card"}, \
    {"first", 0, NULL, "At the beginning of the block"}
#define SCREEN_OPTIONS \
    {"layout", 0, "LAYOUT", "canvas, block, outline or table to begin with; the screen decides if it is not given"}, \
    {"theme", 0, "THEME", "dark, light or auto (asks the terminal)"}, \
    {"no-mouse", 0, NULL, "Leave the mouse to the terminal (F9 switches it later)"}, \
    {"title", 0, NULL, "Put the canvas' title into the title of the terminal's window"}, \
    {"plain", 'p', NULL, "Line by line instead, as \"live\": for screen readers and slow lines"}

static const struct cmd_option global_options[] = {
    {"json", 0, NULL, "Print JSON: one object a line, with \"schema\":1; errors, too, on standard error"},
    {"context", 'C', "NAME", "Act on this context (see \"context list\") instead of the current one"},
    {"server", 0, "SERVER", "Act on this server: HOST[:PORT] or a cocanvas:// link; one must be logged in to it"},
    {"timeout", 0, "SECONDS", "Give up waiting for the server after this long (15)"},
    {"accept-new", 0, NULL, "Trust a server that this device does not know yet, without asking"},
    {"no-input", 0, NULL, "Never ask; fail where a question would be needed"},
    {"quiet", 'q', NULL, "No confirmations and no notes"},
    {"color", 0, "WHEN", "auto, always or never"},
    {"help", 'h', NULL, "Help for the command"},
    {"version", 0, NULL, "The version of this program"},
    END_OPTIONS,
};

/* ---- account and contexts */

static const struct cmd_option login_options[] = {
    {"login", 'l', "NAME", "Your login: 2 to 64 characters a-z 0-9 . _ @ + -"},
    {"name", 'n', "NAME", "The name that others see (with an invitation)"},
    {"password-file", 0, "FILE", "Read the password from the first line of a file; - is standard input"},
    {"certificate", 0, "FILE", "Show this client certificate (a PEM file with its key); alone it is enough, see certificate add"},
    {"as", 0, "CONTEXT", "Call the new context so"},
    END_OPTIONS,
};
static const struct cmd_option device_revoke_options[] = {
    {"others", 0, NULL, "All devices but this one"},
    END_OPTIONS,
};
static const struct cmd_example device_examples[] = {
    {"device list", "What is logged in as you"},
    {"device revoke 3f9a", "The lost telephone; by the beginning of its id, or by its name"},
    {"device revoke --others", "Everything but this device"},
    END_EXAMPLES,
};
static const struct cmd_option password_options[] = {
    {"keep-devices", 0, NULL, "Leave your other devices logged in"},
    {"end-devices", 0, NULL, "Log your other devices out (what happens, if nobody can be asked)"},
    {"password-file", 0, "FILE", "Read the old password from the first line of a file, the new one from the second; - is standard input"},
    END_OPTIONS,
};
static const struct cmd_option reset_options[] = {
    {"valid", 0, "HOURS", "How long the link works (24; at most 168)"},
    END_OPTIONS,
};
static const struct cmd_example reset_examples[] = {
    {"member reset ann", "A link by which Ann chooses a new password"},
    END_EXAMPLES,
};
static const struct cmd_option certificate_add_options[] = {
    {"new", 0, NULL, "Make the file first: a key and a certificate of its own"},
    {"name", 'n', "NAME", "What to call it in the list; the file's name, if it is not given"},
    END_OPTIONS,
};
static const struct cmd_example certificate_examples[] = {
    {"certificate add --new ~/.config/cocanvas/me.pem", "Make one and add it"},
    {"login canvas.example.org --certificate ~/.config/cocanvas/me.pem", "From then on: no password"},
    END_EXAMPLES,
};
static const struct cmd_example login_examples[] = {
    {"login 'cocanvas://canvas.example.org/i/k3j…?p=7xq…'",
     "Redeem an invitation; asks for login, name and a new password"},
    {"login canvas.example.org --login ann", "Log in on another device"},
    {"login LINK --login ann --name 'Ann Lee' --password-file - <secret", "Without questions, for scripts"},
    END_EXAMPLES,
};
static const struct cmd_option logout_options[] = {
    {"all", 0, NULL, "Of all servers"},
    END_OPTIONS,
};
static const struct cmd_example context_use_examples[] = {
    {"context use acme", "Later commands act on the workspace \"acme\""},
    END_EXAMPLES,
};
static const struct cmd_option invite_options[] = {
    {"role", 'r', "ROLE", "viewer, commenter, editor (if not given), facilitator or owner"},
    {"label", 'l', "TEXT", "For whom; shown in lists"},
    {"valid", 0, "HOURS", "How long the link works (168)"},
    {"uses", 0, "N", "How many people it lets in (1); at most 1000"},
    END_OPTIONS,
};
static const struct cmd_example invite_examples[] = {
    {"invite --label 'Ben Ode'", "Prints a link for one person, valid for a week, once"},
    {"invite --uses 12 --role viewer --label 'The board'", "One link for twelve people, who may read"},
    END_EXAMPLES,
};
static const struct cmd_option invite_list_options[] = {
    {"all", 'a', NULL, "Also those that let nobody in any more: used, expired, revoked"},
    END_OPTIONS,
};
static const struct cmd_option workspace_options[] = {
    {"name", 'n', "NAME", "Your own name there, as others will see it; else as in your first workspace"},
    {"sealed", 0, NULL, "What is written there is stored encrypted, under a key of its own"},
    END_OPTIONS,
};
static const struct cmd_example workspace_examples[] = {
    {"workspace create 'Acme AG'", "A border around one client company: you are its owner"},
    {"workspace create --sealed 'Project Blue'", "Whoever gets hold of the database or a backup reads nothing of it"},
    END_EXAMPLES,
};
static const struct cmd_option seal_options[] = {
    {"status", 0, NULL, "Only say whether it is sealed"},
    {"yes", 'y', NULL, "Do not ask"},
    END_OPTIONS,
};
static const struct cmd_example seal_examples[] = {
    {"workspace seal --yes", "The workspace of the current context"},
    {"workspace seal --status", NULL},
    END_EXAMPLES,
};
static const struct cmd_option workspace_set_options[] = {
    {"confidential", 0, "yes|no", "Whether its canvases are confidential"},
    END_OPTIONS,
};
static const struct cmd_example workspace_set_examples[] = {
    {"workspace set --confidential yes", NULL},
    END_EXAMPLES,
};
static const struct cmd_option member_list_options[] = {
    {"removed", 0, NULL, "Also those who were removed"},
    END_OPTIONS,
};
static const struct cmd_option audit_list_options[] = {
    {"since", 's', "WHEN", "Only from then on: 2026-11-21, 7d or 24h"},
    {"about", 0, "PERSON", "Only what this person did, or what was done to them; about oneself for everybody, else for owners"},
    END_OPTIONS,
};
static const struct cmd_option audit_verify_options[] = {
    {"head", 0, "NUMBER:HASH", "And that this row, noted from an earlier run, is still there as it was"},
    END_OPTIONS,
};
static const struct cmd_example audit_examples[] = {
    {"audit list --since 7d", "Who came, and who changed what about whom, in the last week"},
    {"audit verify", "Recompute the chain of hashes, here"},
    END_EXAMPLES,
};
static const struct cmd_option keep_options[] = {
    {"history", 0, "DAYS", "Keep older states and changes of canvases so long; 0 for ever"},
    {"trash", 0, "DAYS", "Erase canvases that are in the trash for so long; 0 never"},
    END_OPTIONS,
};
static const struct cmd_example keep_examples[] = {
    {"workspace keep", "How long things are kept now"},
    {"workspace keep --history 90 --trash 30", NULL},
    END_EXAMPLES,
};
static const struct cmd_option workspace_erase_options[] = {
    {"confirm", 0, "NAME", "The workspace's name, exactly: instead of typing it when asked"},
    END_OPTIONS,
};
static const struct cmd_option leave_options[] = {
    {"yes", 0, NULL, "Without being asked"},
    END_OPTIONS,
};
static const struct cmd_option person_erase_options[] = {
    {"self", 0, NULL, "Oneself, on the whole server"},
    {"confirm", 0, "NAME", "The person's name, or with --self one's login, exactly: instead of typing it when asked"},
    END_OPTIONS,
};
static const struct cmd_option person_export_options[] = {
    {"output", 'o', "FILE", "Write to this file; - (if not given) is standard output"},
    END_OPTIONS,
};
static const struct cmd_example person_examples[] = {
    {"person export -o me.json", "What this server has about you"},
    {"person export 'Ben Ode' -o ben.json", "What this workspace has about Ben, for its owners"},
    {"person erase 'Ben Ode'", "Ben is \"Former member 7\" from now on"},
    END_EXAMPLES,
};
static const struct cmd_example member_role_examples[] = {
    {"member role 'Ben Ode' facilitator", "By the name, or its beginning"},
    {"member role 7 viewer", "By the number in the list"},
    END_EXAMPLES,
};
static const struct cmd_option restrict_options[] = {
    {"off", 0, NULL, "For everybody in the workspace again"},
    END_OPTIONS,
};
static const struct cmd_example anonymous_examples[] = {
    {"canvas anonymous bakery on", "A round of honest ideas begins"},
    {"canvas anonymous bakery off", "It is over; who wrote what stays unknown"},
    END_EXAMPLES,
};
static const struct cmd_example access_examples[] = {
    {"canvas access bakery", "Who may see it, and as what"},
    {"canvas restrict bakery", "From now on only owners, you, and those who are given a role on it"},
    {"canvas access bakery 'Ben Ode' editor", "Ben may edit this one"},
    {"canvas access bakery 'Ben Ode' none", "… as in the workspace again"},
    END_EXAMPLES,
};

/* ---- canvases */

static const struct cmd_option list_options[] = {
    {"all", 'a', NULL, "Canvases of all workspaces on this server"},
    {"removed", 0, NULL, "Those in the trash, instead; see \"canvas restore\""},
    END_OPTIONS,
};
static const struct cmd_example new_examples[] = {
    {"new bmc 'Bakery 2027'", "A Business Model Canvas"},
    {"template list", "What there is besides bmc"},
    END_EXAMPLES,
};
static const struct cmd_option show_options[] = {
    {"grid", 'g', NULL, "Draw the canvas, even where it does not fit the terminal"},
    {"outline", 'o', NULL, "The outline, even where the drawing would fit"},
    {"block", 'b', "BLOCK", "Only this block (outline)"},
    {"comments", 'c', NULL, "With the comments' texts"},
    {"removed", 0, NULL, "Removed cards, too, to be restored"},
    {"at", 0, "VERSION", "As it was after that revision (0: as it was made), or at that named version"},
    END_OPTIONS,
};
static const struct cmd_example show_examples[] = {
    {"show bakery", "By the beginning of its title"},
    {"show bakery --block ch --comments", "One block with its comments"},
    {"show bakery --at 120", "As it was after revision 120; see history"},
    {"show bakery --json | jq -r '.cards[].text'", "All texts"},
    END_EXAMPLES,
};

/* ---- cards */

static const struct cmd_option add_options[] = {
    PLACE_OPTIONS,
    {"tag", 't', "TAG", "A tag for each new card; may be given several times"},
    {"status", 0, "STATUS", "A status for each new card, e.g. draft"},
    END_OPTIONS,
};
static const struct cmd_example add_examples[] = {
    {"add bakery channels 'Market stall'", "One card"},
    {"add bakery cs 'Office workers' 'Cafés nearby' --tag b2b", "Two cards"},
    {"add bakery ka - <ideas.txt", "One card for each line of standard input"},
    END_EXAMPLES,
};
static const struct cmd_option edit_options[] = {
    {"replace", 'r', "OLD", "Replace OLD in the card's text by the text that is given"},
    {"append", 'a', NULL, "Put the text behind what is there"},
    {"field", 'f', "KEY", "A text field of the card instead of its own text"},
    END_OPTIONS,
};
static const struct cmd_example edit_examples[] = {
    {"edit bakery 7.12 'Market stall on Saturdays'", "A new text; what others type meanwhile is kept"},
    {"edit bakery 7.12 --replace Saturdays weekends", "Only a part of it"},
    {"edit bakery 'market'", "In your editor ($VISUAL, $EDITOR)"},
    END_EXAMPLES,
};
static const struct cmd_option move_options[] = {
    PLACE_OPTIONS,
    END_OPTIONS,
};
static const struct cmd_example move_examples[] = {
    {"move bakery 7.12 vp", "To the end of another block"},
    {"move bakery 7.12 vp --after 7.9", "Behind another card"},
    END_EXAMPLES,
};
static const struct cmd_example remove_examples[] = {
    {"remove bakery 7.12 7.13", "Two cards, together"},
    {"restore bakery 7.12", "One of them again, with its votes, comments and links"},
    END_EXAMPLES,
};
static const struct cmd_option restore_options[] = {
    {"from", 0, "VERSION", "As it was after that revision (0: as it was made), or at that named version"},
    END_OPTIONS,
};
static const struct cmd_example restore_examples[] = {
    {"restore bakery 7.12", "A removed card, with its votes, comments and links"},
    {"restore bakery 7.12 --from 120", "A card as it was after revision 120"},
    {"restore bakery canvas --from 'before lunch'", "Everything as it was at a named version"},
    END_EXAMPLES,
};
static const struct cmd_option off_options[] = {
    {"off", 0, NULL, "Take it away again"},
    END_OPTIONS,
};
static const struct cmd_example tag_examples[] = {
    {"tag bakery 7.12 risky 'ask Ben'", "Two tags"},
    {"tag bakery 7.12 risky --off", "One of them away"},
    END_EXAMPLES,
};
static const struct cmd_option set_options[] = {
    {"kind", 'k', "KIND", "text (if not given), number, date, flag, choice, person or card"},
    {"unset", 0, NULL, "Remove the property"},
    END_OPTIONS,
};
static const struct cmd_example set_examples[] = {
    {"set bakery 7.12 color yellow", "A card's colour"},
    {"set bakery 7.12 status tested", "Its status"},
    {"set bakery canvas title 'Bakery 2028'", "The canvas' own title"},
    {"set bakery canvas confidential yes", "Nothing of it goes to the system's clipboard (see \"open\")"},
    {"set bakery 7.12 f.rank 3 --kind number", "A number"},
    END_EXAMPLES,
};
static const struct cmd_option comment_options[] = {
    {"reply-to", 0, "COMMENT", "As an answer to this comment"},
    END_OPTIONS,
};
static const struct cmd_example comment_examples[] = {
    {"comment add bakery 7.12 'Who says so?'", "On a card (a block, or \"canvas\")"},
    {"comment resolve bakery 7.31", "Done with it"},
    END_EXAMPLES,
};
static const struct cmd_option resolve_options[] = {
    {"reopen", 0, NULL, "Not done after all"},
    END_OPTIONS,
};
static const struct cmd_option comment_delete_options[] = {
    {"restore", 0, NULL, "Bring a deleted comment back (by its id)"},
    END_OPTIONS,
};
static const struct cmd_option link_options[] = {
    {"kind", 'k', "KIND", "What the link says: serves, needs, pays …; \"relates\" if not given"},
    END_OPTIONS,
};
static const struct cmd_example link_examples[] = {
    {"link bakery 7.12 7.3 --kind serves", "From a card to a card"},
    END_EXAMPLES,
};

/* ---- blocks */

static const struct cmd_option block_add_options[] = {
    {"prompt", 'p', "TEXT", "The question that is shown while the block is empty"},
    END_OPTIONS,
};
static const struct cmd_example block_add_examples[] = {
    {"block add bakery risks 'Risks' --prompt 'What could go wrong?'", NULL},
    END_EXAMPLES,
};
static const struct cmd_example block_set_examples[] = {
    {"block set bakery ch title 'How we reach them'", "Properties: title, prompt, help, col, row, col_span, row_span, order"},
    END_EXAMPLES,
};

/* ---- time */

static const struct cmd_option watch_options[] = {
    {"since", 's', "SEQ", "Begin behind this revision (0: from the beginning); now, if not given"},
    {"follow", 'f', NULL, "Go on until interrupted; without it, stop at the present revision"},
    END_OPTIONS,
};
static const struct cmd_example watch_examples[] = {
    {"watch bakery --follow", "One line for each change, as it happens"},
    {"watch bakery --since 120 --json", "Everything behind revision 120, for a program"},
    END_EXAMPLES,
};
static const struct cmd_option history_options[] = {
    {"limit", 'n', "N", "The newest N revisions (20); 0: all"},
    {"since", 's', "SEQ", "Only behind this revision"},
    {"author", 0, "NAME", "Only by this person (the beginning of the name)"},
    END_OPTIONS,
};
static const struct cmd_option revert_options[] = {
    {"person", 0, "NAME", "Whose: a name, its beginning, or the number in the member list"},
    {"since", 0, "WHEN", "From this revision on, or since a time: 14:05, \"2026-11-21 14:05\", or 90m, 2h, 1d ago"},
    {"dry-run", 0, NULL, "Only say what would be done"},
    END_OPTIONS,
};
static const struct cmd_example revert_examples[] = {
    {"revert bakery --person bob --since 30m --dry-run", "What Bob did in the last half hour"},
    {"revert bakery --person bob --since 30m", "Away with it"},
    END_EXAMPLES,
};
static const struct cmd_option undo_options[] = {
    {"revision", 0, "SEQ", "Take this change of yours back (see history) instead of the last one"},
    END_OPTIONS,
};
static const struct cmd_example undo_examples[] = {
    {"undo bakery", "The last one"},
    {"undo bakery --revision 31", "A certain one"},
    END_EXAMPLES,
};

/* ---- files */

static const struct cmd_option backup_options[] = {
    {"output", 'o', "FILE", "Write to this file, which must not be there yet"},
    {"check", 0, "FILE", "Only look whether this backup is whole and unchanged"},
    END_OPTIONS,
};
static const struct cmd_example backup_examples[] = {
    {"backup -o acme-2026-11-22.backup", "The workspace of the current context"},
    {"backup 'Acme & Sons' -o acme.backup", "Another one of yours"},
    {"backup --check acme.backup", "Before you rely on it"},
    END_EXAMPLES,
};
static const struct cmd_option export_options[] = {
    {"format", 'f', "FORMAT", "json (everything), markdown (a report), csv, canvas (JSON Canvas), svg, pdf or png (to hang on a wall); else by the file's name"},
    {"output", 'o', "FILE", "Write to this file; - (if not given) is standard output"},
    {"paper", 0, "SIZE", "For pictures: a4, a3 (if not given), a2, a1 or a0, landscape; the page grows if not all of it fits"},
    END_OPTIONS,
};
static const struct cmd_example export_examples[] = {
    {"export bakery -o bakery.pdf --paper a1", "A poster"},
    {"export bakery -o bakery.json", "Everything: removed cards, votes, comments, links, stamps"},
    {"export bakery -f markdown | less", "To read"},
    {"export bakery -o bakery.csv", "For a spreadsheet: a line for each card, a column for each field"},
    {"export bakery -o bakery.canvas", "For Obsidian and other programs that know JSON Canvas"},
    END_EXAMPLES,
};
static const struct cmd_option import_options[] = {
    {"format", 'f', "FORMAT", "json, markdown, csv, list (one card a line) or canvas (JSON Canvas); else by the file's name"},
    {"title", 't', "TITLE", "Another title than the file's"},
    {"template", 0, "TEMPLATE", "For Markdown, CSV and lists: another template than the file's"},
    {"into", 0, "CANVAS", "Add the cards to this canvas instead of making one"},
    {"block", 'b', "BLOCK", "For CSV and lists: where cards go that name no block"},
    END_OPTIONS,
};
static const struct cmd_example import_examples[] = {
    {"import bakery.json", "A new canvas with the same state"},
    {"import ideas.md --template bmc", "Cards from a Markdown list into a new canvas"},
    {"import notes.csv --into bakery --block cs", "Rows of a spreadsheet onto a canvas that is there"},
    {"import ideas.txt --template swot --block s", "One card for each line"},
    END_EXAMPLES,
};
static const struct cmd_option report_options[] = {
    {"format", 'f', "FORMAT", "markdown (if not given), csv or json; else by the file's name"},
    {"output", 'o', "FILE", "Write to this file; - (if not given) is standard output"},
    END_OPTIONS,
};
static const struct cmd_example report_examples[] = {
    {"report", "How the measures of the workspace do, what is due and what is open"},
    {"report 'Acme AG' -o acme.md", "Of another workspace of yours, into a file"},
    {"report -f json | jq '.rollup'", "The sums only"},
    END_EXAMPLES,
};
static const struct cmd_option template_options[] = {
    {"builtin", 0, NULL, "Those of this program, without asking the server"},
    END_OPTIONS,
};

static const struct cmd_option template_show_options[] = {
    {"builtin", 0, NULL, "Those of this program, without asking the server"},
    {"file", 0, NULL, "The file itself"},
    {"at", 0, "N", "An older version of one of your workspace's own"},
    END_OPTIONS,
};
static const struct cmd_example template_show_examples[] = {
    {"template show vplan", "Its blocks, fields and steps"},
    {"template show vcc.de", "The same template in another of its languages"},
    END_EXAMPLES,
};
static const struct cmd_example template_check_examples[] = {
    {"template check ours.template", "Every mistake with its line"},
    END_EXAMPLES,
};
static const struct cmd_option template_fork_options[] = {
    {"output", 'o', "FILE", "Where to write it; \"-\" or nothing prints it"},
    {"id", 0, "ID", "The new template's id; else by the file's name"},
    {"by", 0, "NAME", "Who adapts it; else your name on this computer"},
    END_OPTIONS,
};
static const struct cmd_example template_fork_examples[] = {
    {"template fork vcc -o ours.template", "Your own variant; edit it, then check it"},
    END_EXAMPLES,
};

/* ---- the rest */

static const struct cmd_option open_options[] = {
    SCREEN_OPTIONS,
    END_OPTIONS,
};
static const struct cmd_example open_examples[] = {
    {"open bakery", "By the beginning of its title"},
    {"open bakery --layout outline", "Blocks and cards one below the other"},
    END_EXAMPLES,
};
static const struct cmd_option live_options[] = {
    {"plain", 'p', NULL, "One line for each event, and a prompt: what it does in any case"},
    END_OPTIONS,
};
static const struct cmd_example live_examples[] = {
    {"live bakery", NULL},
    END_EXAMPLES,
};
static const struct cmd_example doctor_examples[] = {
    {"doctor", "The current context's server"},
    {"doctor canvas.example.org", "A server that one is not logged in to"},
    END_EXAMPLES,
};
static const struct cmd_example completion_examples[] = {
    {"completion bash >~/.local/share/bash-completion/completions/cocanvas", NULL},
    {"completion zsh >~/.zfunc/_cocanvas", NULL},
    {"completion fish >~/.config/fish/completions/cocanvas.fish", NULL},
    END_EXAMPLES,
};
static const struct cmd_option man_options[] = {
    {"all", 0, "FOLDER", "Write every page into this folder"},
    END_OPTIONS,
};
static const struct cmd_example man_examples[] = {
    {"man cocanvas-add | man -l -", "Read a page without installing it"},
    END_EXAMPLES,
};


/* ---- guests */

static const struct cmd_option join_options[] = {
    {"name", 'n', "NAME", "Your name, as others will see it (or, where there are pseudonyms, the facilitator)"},
    {"accept-notice", 0, NULL, "You accept the session's notice, which is printed"},
    SCREEN_OPTIONS,
    END_OPTIONS,
};
static const struct cmd_example join_examples[] = {
    {"join 'cocanvas://canvas.example.org/j/WDJB-MJHT?p=7xq…'", "The link that you were sent"},
    {"join wdjb mjht --server canvas.example.org", "The code on the slide"},
    {"join LINK --name Gus --accept-notice --plain", "Without questions, line by line"},
    END_EXAMPLES,
};
static const struct cmd_option session_open_options[] = {
    {"minutes", 'm', "MINUTES", "It closes by itself then (720, which is the most)"},
    {"lobby", 0, NULL, "You let each guest in"},
    {"no-lobby", 0, NULL, "A code is enough (if neither is given: a lobby if the canvas or its workspace is confidential)"},
    {"role", 'r', "ROLE", "What guests are: viewer, commenter or editor (if not given)"},
    {"pseudonyms", 0, NULL, "Guests are \"Guest 1\", \"Guest 2\" …; their names are not kept"},
    {"notice", 0, "TEXT", "What guests have to accept: confidentiality, recording, how long things are kept"},
    {"notice-file", 0, "FILE", "The same from a file; - is standard input"},
    END_OPTIONS,
};
static const struct cmd_example session_open_examples[] = {
    {"session open bakery --minutes 120 --notice 'We record this.'", "For two hours"},
    {"code create bakery --qr", "Then: the code for the slide"},
    END_EXAMPLES,
};
static const struct cmd_option code_create_options[] = {
    {"uses", 'u', "NUMBER", "How many guests it lets in (40)"},
    {"minutes", 'm', "MINUTES", "How long it lets guests in; if not given, as long as the session is open"},
    {"label", 'l', "TEXT", "For you, in lists"},
    {"qr", 0, NULL, "Draw a QR code of the link (on a terminal)"},
    END_OPTIONS,
};
static const struct cmd_option lobby_options[] = {
    {"all", 'a', NULL, "Everybody who waits"},
    END_OPTIONS,
};

static const struct command table[] = {
    {"login", "", "LINK|SERVER", 0, 1, "Log this device in, with an invitation or a password",
     "With an invitation LINK you choose a login, the name that others see, and a password of at least 10 characters. "
     "The link also tells which "
     "key the server has, so nothing needs to be confirmed. With a SERVER (HOST or HOST:PORT) you log in with login "
     "and password. Without "
     "either, the server of the current context is taken.\n\n"
     "The password is needed once per device: the server answers with a token that is kept in credentials, readable "
     "only by you. "
     "Every workspace that you are a member of becomes a context.",
     login_options, login_examples, NEEDS_SERVER, true, cmd_login},
    {"logout", "", "", 0, 0, "Forget this device's token",
     "Removes the token of the context's account from this device. Unsent edits stay on disk and go out after the next "
     "login.",
     logout_options, NULL, NEEDS_NOTHING, false, cmd_logout},
    {"context list", "", "", 0, 0, "The workspaces that you are logged in to",
     "The current one is marked with an asterisk.", NULL, NULL, NEEDS_NOTHING, false, cmd_context_list},
    {"context use", "", "NAME", 1, 1, "Choose the workspace that commands act on", NULL, NULL, context_use_examples,
     NEEDS_NOTHING, false, cmd_context_use},
    {"server forget", "", "SERVER", 1, 1, "Trust a server's new key",
     "Forgets the key that this device knows of a server (HOST or HOST:PORT), after its owner has confirmed that the key was "
     "changed. The next command that connects shows the new key and asks, or takes it from a link.",
     NULL, NULL, NEEDS_NOTHING, false, cmd_server_forget},
    {"workspace list", "", "", 0, 0, "Your workspaces on this server, and your role in each", NULL, NULL, NULL,
     NEEDS_SERVER, false, cmd_workspace_list},
    {"workspace create", "", "NAME...", 1, -1, "Make another workspace, of which you are the owner",
     "Nothing crosses the border of a workspace: members, canvases and names of one are unknown in the others. Who may make one "
     "is set on the server: as a rule, owners of some workspace.",
     workspace_options, workspace_examples, NEEDS_SERVER, false, cmd_workspace_create},
    {"workspace rename", "", "NAME...", 1, -1, "Give the workspace another name",
     "For owners. Contexts on people's devices keep the names that they have there.", NULL, NULL, NEEDS_SERVER, false,
     cmd_workspace_rename},
    {"workspace set", "", "", 0, 0, "Say whether a workspace is confidential",
     "For owners. On confidential canvases the interface says so and gives nothing to the system's clipboard; guests wait in a lobby and "
     "have to accept a notice, unless a facilitator decides otherwise; exports begin with the word. It takes effect at once. A single "
     "canvas can be marked instead: cocanvas set CANVAS canvas confidential yes",
     workspace_set_options, workspace_set_examples, NEEDS_SERVER, false, cmd_workspace_set},
    {"workspace seal", "", "", 0, 0, "Store the workspace's contents encrypted from now on",
     "For owners. Everything that is written on its canvases is stored under a key of its own, which is kept outside of the database and its "
     "backups; what is there already is rewritten in the background. Names of members, roles and times stay readable. Erasing a sealed "
     "workspace destroys its key, so that no backup can bring it back. It cannot be taken back, and the server needs a key file "
     "(seal_key_file). Older backups still hold what was stored before.",
     seal_options, seal_examples, NEEDS_SERVER, false, cmd_workspace_seal},
    {"workspace keep", "", "", 0, 0, "How long old history and removed canvases are kept",
     "For owners. What is older goes within a day, and cannot be had back: earlier revisions can't be shown, restored or undone "
     "then. The canvases themselves, and edits that are still waiting on somebody's device, are not affected.",
     keep_options, keep_examples, NEEDS_SERVER, false, cmd_workspace_keep},
    {"workspace leave", "", "", 0, 0, "Be no member of the workspace any more",
     "At once, on all your devices. What you did there stays, under your name; your account and your other workspaces stay, too. An owner can "
     "let you in again. The last owner cannot leave: make somebody else an owner first (member role), or erase the workspace.",
     leave_options, NULL, NEEDS_SERVER, false, cmd_workspace_leave},
    {"workspace erase", "", "", 0, 0, "Delete the workspace with everything in it",
     "For owners. All its canvases, members and the audit log, for everybody and for good; people who work in it are disconnected. "
     "People's accounts stay. Copies in backups go when the backups go.",
     workspace_erase_options, NULL, NEEDS_SERVER, false, cmd_workspace_erase},
    {"backup", "", "[WORKSPACE]", 0, 1, "Write a workspace with everything in it to a file",
     "For owners. All its canvases with their histories, members and roles, live sessions, the audit log: as they are at one moment, while "
     "people go on editing. Without passwords, tokens and invitations, so nobody gets in by this file; but whoever has it can read it, unless the "
     "workspace is sealed. The administrator of a server puts it back (cocanvasd restore). It is checked before it gets its name.",
     backup_options, backup_examples, NEEDS_SERVER, false, cmd_backup},
    {"audit list", "audit", "", 0, 0, "The workspace's audit log: who came, and who changed what about whom",
     "For owners. It never says what stands on a canvas. Where people came from (their address) is kept for 30 days.",
     audit_list_options, audit_examples, NEEDS_SERVER, false, cmd_audit_list},
    {"audit verify", "", "", 0, 0, "Check that no row of the audit log was changed, left out or put in",
     "For owners. Each row carries a hash over itself and the row before; they are recomputed on this device. Ends with exit code 5 and "
     "the number of the first row that is wrong.",
     audit_verify_options, audit_examples, NEEDS_SERVER, false, cmd_audit_verify},
    {"person export", "", "[PERSON]", 0, 1, "What there is about a person, as JSON",
     "Oneself: account, devices, memberships, the cards and comments that one wrote (on canvases that one may see), one's votes, and "
     "the rows of audit logs about oneself. Owners: the same about a member or guest, in their workspace.",
     person_export_options, person_examples, NEEDS_SERVER, false, cmd_person_export},
    {"person rename", "", "NAME...", 1, -1, "Change the name that others see you by",
     "In this workspace; your login stays what it is. Where others work right now, they see the new name at once.", NULL, NULL,
     NEEDS_SERVER, false, cmd_person_rename},
    {"person erase", "", "[PERSON]", 0, 1, "Take a person's name, login and devices away, for good",
     "The name becomes \"Former member 7\"; what the person wrote stays, under that number. Owners erase people from their workspace, and "
     "the login goes if the person is in no other one. With --self one erases oneself from the whole server.",
     person_erase_options, person_examples, NEEDS_SERVER, false, cmd_person_erase},
    {"member list", "", "", 0, 0, "Who is in the workspace, and as what",
     "Owners also see everybody's login. Guests are those who came in by a code.", member_list_options, NULL, NEEDS_SERVER, false,
     cmd_member_list},
    {"member role", "", "PERSON ROLE", 2, 2, "Give somebody another role in the workspace",
     "PERSON is a number (see \"member list\"), a name or the beginning of one. Viewers read; commenters comment and vote; editors "
     "edit and make canvases; facilitators also lead: they say who may see a canvas and change members up to editors; owners "
     "also invite, and change everybody. It takes effect at once, also where the person is working right now. A removed person is "
     "a member again.",
     NULL, member_role_examples, NEEDS_SERVER, false, cmd_member_role},
    {"member remove", "member rm", "PERSON", 1, 1, "Take somebody out of the workspace",
     "At once, also where the person is working right now. What the person did stays, under the same name. Open invitations that "
     "an owner made are revoked when he is removed.",
     NULL, NULL, NEEDS_SERVER, false, cmd_member_remove},
    {"member invite", "invite", "", 0, 0, "Make a link that lets another person in",
     "Prints a link that makes one person a member of the workspace, or with --uses several. For owners. Send it to those people "
     "only: whoever has it, may use it.",
     invite_options, invite_examples, NEEDS_SERVER, false, cmd_member_invite},
    {"invite list", "", "", 0, 0, "The invitations that are open", "For owners. The links themselves are shown only once.",
     invite_list_options, NULL, NEEDS_SERVER, false, cmd_invite_list},
    {"invite revoke", "", "NUMBER", 1, 1, "Make a link let nobody in any more", "Those who are in stay. NUMBER: see \"invite list\".",
     NULL, NULL, NEEDS_SERVER, false, cmd_invite_revoke},
    {"join", "", "CODE|LINK", 1, 8, "Come to a session as a guest",
     "All that a guest needs: the code on the slide (letter case, blanks and hyphens do not matter) or the link. You read what the "
     "facilitator wants you to accept, say your name, and are on the canvas, perhaps after somebody has let you in. No account is made.\n\n"
     "It lasts as long as the session. What you wrote stays. Joining again from the same device leads back to the same place.\n\n"
     "A code without a link needs --server, unless this device is logged in to the server anyway.",
     join_options, join_examples, NEEDS_EDITOR, true, cmd_join},
    {"session open", "", "CANVAS", 1, 1, "Open a canvas for guests",
     "For facilitators. Then make codes (\"code create\"); guests come in by \"join\". It closes by itself, after 12 hours at the latest; "
     "then guests are out, and what they wrote stays.",
     session_open_options, session_open_examples, NEEDS_CANVAS, false, cmd_session_open},
    {"session close", "", "CANVAS", 1, 1, "Close it: all guests are out", "At once. What they wrote stays.", NULL, NULL,
     NEEDS_CANVAS, false, cmd_session_close},
    {"session status", "", "CANVAS", 1, 1, "Whether a canvas is open for guests, until when, and how", NULL, NULL, NULL,
     NEEDS_CANVAS, false, cmd_session_status},
    {"code create", "", "CANVAS", 1, 1, "Make a code that lets guests in",
     "Prints the code, to be shown or said, and a link with it, to be sent, which also tells which key the server has. Both are "
     "shown this one time.",
     code_create_options, NULL, NEEDS_CANVAS, false, cmd_code_create},
    {"code list", "", "CANVAS", 1, 1, "The codes of the open session", "By number and label; the codes themselves are not kept.", NULL, NULL,
     NEEDS_CANVAS, false, cmd_code_list},
    {"code revoke", "", "CANVAS NUMBER", 2, 2, "Withdraw a code", "Those who came by it are out at once. NUMBER: see \"code list\".", NULL,
     NULL, NEEDS_CANVAS, false, cmd_code_revoke},
    {"lobby list", "", "CANVAS", 1, 1, "Who waits to be let in", NULL, NULL, NULL, NEEDS_CANVAS, false, cmd_lobby_list},
    {"lobby admit", "", "CANVAS [GUEST]", 1, 2, "Let a guest in", "GUEST is a number or the beginning of a name.", lobby_options, NULL,
     NEEDS_CANVAS, false, cmd_lobby_admit},
    {"lobby deny", "", "CANVAS [GUEST]", 1, 2, "Send a guest away", "GUEST is a number or the beginning of a name.", lobby_options, NULL,
     NEEDS_CANVAS, false, cmd_lobby_deny},
    {"canvas access", "", "CANVAS [PERSON] [ROLE]", 1, 3, "Who may see a canvas, and give roles on it",
     "For facilitators. Without PERSON: who may see it. With PERSON and ROLE: what that person is on this canvas, whatever the role in "
     "the workspace; none takes it back. It takes effect at once.",
     NULL, access_examples, NEEDS_CANVAS, false, cmd_canvas_access},
    {"canvas restrict", "", "CANVAS", 1, 1, "Keep a canvas for those who were given a role on it",
     "For facilitators. The workspace's owners see every canvas. Others who have it open lose it at once.", restrict_options,
     access_examples, NEEDS_CANVAS, false, cmd_canvas_restrict},
    {"canvas anonymous", "", "CANVAS [on|off]", 1, 2, "Have everybody write without a name, or under names again",
     "For facilitators; without on or off: says how it is now. While it is on, nothing that tells who has written a card, an edit or a "
     "comment is kept anywhere, so nobody can find out later, the server's operator included. Where people are on the canvas is not shown "
     "meanwhile. Votes, and what facilitators set, have names still. What somebody has typed before a switch, offline perhaps, stays as it "
     "was typed.",
     NULL, anonymous_examples, NEEDS_CANVAS, false, cmd_canvas_anonymous},
    {"canvas remove", "canvas rm", "CANVAS", 1, 1, "Put a canvas into the trash",
     "For facilitators. Nobody can open it then; \"list --removed\" shows it.", NULL, NULL, NEEDS_CANVAS, false, cmd_canvas_remove},
    {"canvas restore", "", "CANVAS", 1, 1, "Take a canvas out of the trash", "For facilitators.", NULL, NULL, NEEDS_SERVER, false,
     cmd_canvas_restore},

    {"member reset", "", "MEMBER", 1, 1, "Make a link by which a member chooses a new password",
     "For somebody who has forgotten the password, or whose devices are in the wrong hands: when the link is used, all devices of "
     "that person are logged out. Only for owners, and only if they own every workspace that the person is in; else the "
     "server's administrator can: cocanvasd admin reset-link LOGIN. Whoever has the link may use it: send it to that person only.",
     reset_options, reset_examples, NEEDS_SERVER, false, cmd_member_reset},
    {"device list", "device", "", 0, 0, "The devices that are logged in as you",
     "With the day of their last login. A device that is not used for long (30 days, if the server says nothing else) is logged "
     "out by itself.",
     NULL, device_examples, NEEDS_SERVER, false, cmd_device_list},
    {"device revoke", "device remove", "[DEVICE...]", 0, -1, "Log devices out, wherever they are",
     "What is running on them is disconnected at once. DEVICE is the beginning of an id in the list, or a name.",
     device_revoke_options, device_examples, NEEDS_SERVER, false, cmd_device_revoke},
    {"password change", "passwd", "", 0, 0, "Choose a new password", NULL, password_options, NULL, NEEDS_SERVER, false,
     cmd_password_change},
    {"certificate add", "", "FILE", 1, 1, "Let a client certificate log in as you",
     "FILE holds a certificate and its key (PEM). Any will do, also one that nobody signed: the server notes its key. It never "
     "expires; remove it when you don't need it any more. The server must take client certificates (its option client_cert).",
     certificate_add_options, certificate_examples, NEEDS_SERVER, false, cmd_certificate_add},
    {"certificate list", "", "", 0, 0, "The certificates that log in as you", NULL, NULL, NULL, NEEDS_SERVER, false,
     cmd_certificate_list},
    {"certificate remove", "", "CERTIFICATE...", 1, -1, "Remove certificates", "By the beginning of the id in the list, or by name.",
     NULL, NULL, NEEDS_SERVER, false, cmd_certificate_remove},

    {"list", "ls", "[WORDS]", 0, 1, "The canvases", "With WORDS only those whose title contains them.", list_options,
     NULL, NEEDS_SERVER, true, cmd_list},
    {"new", "create", "TEMPLATE TITLE...", 2, -1, "Make a canvas from a template", NULL, NULL, new_examples,
     NEEDS_SERVER, true, cmd_new},
    {"show", "cat", "CANVAS", 1, 1, "Print a canvas",
     "Draws the canvas where it fits the terminal, else an outline: each block with its prompt while it is empty, and "
     "its cards with ids, tags, "
     "votes and comments. The template's attribution is printed under every one.\n\n"
     "CANVAS is its title, the beginning of it or of a word in it, or the beginning of its id.",
     show_options, show_examples, NEEDS_CANVAS, true, cmd_show},
    {"add", "", "CANVAS BLOCK TEXT...", 3, -1, "Add cards to a block",
     "Each TEXT becomes a card; as many as the server takes at once (256, if it says nothing else) are added together or "
     "not at all. A TEXT \"-\" reads standard input: one card for each line that is not empty.\n\n"
     "BLOCK is its key, its title, or the beginning of either or of a word in it.",
     add_options, add_examples, NEEDS_EDITOR, true, cmd_add},
    {"edit", "", "CANVAS CARD [TEXT...]", 2, -1, "Change a card's text",
     "Only the difference between the old and the new text is sent, so what others type into the same card at the same "
     "time stays. Without TEXT the "
     "card opens in your editor; it is merged with what others did meanwhile.\n\n"
     "CARD is its id (7.12, or 12 where that is clear) or the beginning of its text.",
     edit_options, edit_examples, NEEDS_EDITOR, true, cmd_edit},
    {"move", "mv", "CANVAS CARD [BLOCK]", 2, 3, "Move a card", "Without BLOCK the card moves within its own.",
     move_options, move_examples, NEEDS_EDITOR, true, cmd_move},
    {"remove", "rm, delete", "CANVAS CARD...", 2, -1, "Remove cards",
     "A removed card keeps everything and can be restored.", NULL, remove_examples, NEEDS_EDITOR, true, cmd_remove},
    {"restore", "", "CANVAS CARD...", 2, -1, "Bring removed cards back, or what was",
     "With their votes, comments and links. See show --removed.\n\n"
     "With --from, a card becomes what it was at that version: text, fields, properties, tags and place, and whether "
     "it is there. CARD may then also be a block, or \"canvas\" for everything: what was made since then is removed. "
     "Votes and comments stay as they are. It is an ordinary change: undo takes it back, and what others type "
     "meanwhile is kept.",
     restore_options, restore_examples, NEEDS_EDITOR, true, cmd_restore},
    {"undo", "", "CANVAS", 1, 1, "Take your last change back",
     "Looks in the canvas' history for your own last change that is not undone yet, and submits its inverse as a new "
     "change. What others did since "
     "then stays: their words in a text that you edited, a property that they set after you. A card of yours that "
     "others have worked on since is not "
     "taken away; undo then says so and changes nothing. Several undos go further back, one change each.\n\n"
     "When your last change was made by another device of yours, or by a program that is still open, undo does not "
     "guess: it names "
     "that change, and --revision takes it back.",
     undo_options, undo_examples, NEEDS_EDITOR, true, cmd_undo},
    {"redo", "", "CANVAS", 1, 1, "Take your last undo back",
     "Works like undo, on your own last undo; only while you changed nothing else after it.", NULL, NULL, NEEDS_EDITOR,
     false, cmd_redo},
    {"revert", "", "CANVAS --person NAME", 1, 1, "Take back everything that one person did",
     "For facilitators (and for everybody, about themselves). Makes the edits that take back what that person did on the "
     "canvas, in all or since a revision or a time, as one change like any other: everybody sees it come, and undo takes it back.\n\n"
     "What others did since stays. Of a text, the letters go that the person wrote, the letters come back that the person "
     "removed from what others wrote, and what others typed is kept. What others have set since is left as it is, and a card "
     "that others have worked on is not removed, it only loses that person's words. Votes stay: nobody votes for others. What "
     "was written anonymously belongs to nobody and stays, too. The answer says what was done and what was not.",
     revert_options, revert_examples, NEEDS_EDITOR, false, cmd_revert},
    {"tag", "", "CANVAS CARD TAG...", 3, -1, "Give a card tags, or take them away", NULL, off_options, tag_examples,
     NEEDS_EDITOR, false, cmd_tag},
    {"vote", "", "CANVAS CARD...", 2, -1, "Vote for cards, or take your vote back", "One vote of yours per card.",
     off_options, NULL, NEEDS_EDITOR, true, cmd_vote},
    {"set", "", "CANVAS OBJECT KEY [VALUE]", 3, 4, "Set a property of a card, a block or the canvas",
     "OBJECT is a card, a block, or the word \"canvas\". Of two people who set the same property, the later one wins.",
     set_options, set_examples, NEEDS_EDITOR, false, cmd_set},
    {"comment add", "comment", "CANVAS OBJECT TEXT...", 3, -1, "Comment on a card, a block or the canvas", NULL,
     comment_options, comment_examples, NEEDS_EDITOR, true, cmd_comment_add},
    {"comment resolve", "", "CANVAS COMMENT", 2, 2, "Mark a comment as done", NULL, resolve_options, comment_examples,
     NEEDS_EDITOR, false, cmd_comment_resolve},
    {"comment delete", "comment remove", "CANVAS COMMENT", 2, 2, "Delete a comment", NULL, comment_delete_options, NULL,
     NEEDS_EDITOR, false, cmd_comment_delete},
    {"link", "", "CANVAS CARD CARD", 3, 3, "Link one card to another", NULL, link_options, link_examples, NEEDS_EDITOR,
     true, cmd_link},
    {"unlink", "", "CANVAS CARD CARD", 3, 3, "Remove the link between two cards", NULL, link_options, NULL,
     NEEDS_EDITOR, false, cmd_unlink},
    {"block list", "", "CANVAS", 1, 1, "The blocks of a canvas: key, title, cards", NULL, NULL, NULL, NEEDS_CANVAS,
     false, cmd_block_list},
    {"block add", "", "CANVAS KEY TITLE...", 3, -1, "Add a block below the others",
     "KEY is the short name for the command line: a letter, then letters, digits, . _ -", block_add_options,
     block_add_examples, NEEDS_EDITOR, false, cmd_block_add},
    {"block set", "", "CANVAS BLOCK KEY VALUE", 4, 4, "Change a block's title, prompt or place", NULL, NULL,
     block_set_examples, NEEDS_EDITOR, false, cmd_block_set},
    {"block remove", "", "CANVAS BLOCK", 2, 2, "Remove a block that holds no cards", NULL, NULL, NULL, NEEDS_EDITOR,
     false, cmd_block_remove},

    {"watch", "", "CANVAS", 1, 1, "Print changes as they happen",
     "One line for each change; with --json one object for each committed batch, with its ops, as in the protocol. "
     "After a lost connection it "
     "goes on where it was, without a gap.",
     watch_options, watch_examples, NEEDS_CANVAS, true, cmd_watch},
    {"history", "log", "CANVAS", 1, 1, "Who changed what, when", NULL, history_options, NULL, NEEDS_CANVAS, true,
     cmd_history},
    {"export", "", "CANVAS", 1, 1, "Write a canvas to a file",
     "JSON holds the whole state, removed cards included; import makes an equal canvas of it. Markdown holds what "
     "people read: title, blocks, cards, fields, tags, status, "
     "comments, links, measures with their progress, actions and the template's attribution.\n\n"
     "CSV (RFC 4180, UTF-8) has a line for each card and for each measure and action of one, and a column for each field. "
     "Cells that a spreadsheet would take for a formula begin with an apostrophe, which import takes off again. JSON Canvas "
     "1.0 is what Obsidian and others draw: blocks are groups, cards are text nodes, links are edges; our own files of it come "
     "back with all that a card has.",
     export_options, export_examples, NEEDS_CANVAS, true, cmd_export},
    {"import", "", "FILE", 1, 1, "Make a canvas from a file",
     "FILE is JSON, Markdown, CSV or JSON Canvas, written by export or by somebody else, or a plain list; - is standard input. It is "
     "read as a whole first: a mistake in it is told with its line, and nothing is written then. From JSON and JSON Canvas the new "
     "canvas gets everything: removed cards, votes, comments, links, "
     "times. The server gives new ids, and takes the person who imports for the author, since who did what elsewhere "
     "can't be proved.\n\n"
     "CSV needs a first line with names of columns. One of them holds the texts: text, note, card, content or title; another may say the "
     "block: block, column, list, section or category. Tags, colour, status and the fields of the block are taken by their names, too. The "
     "delimiter (comma, semicolon, TAB) is found by itself. Without a template each name in the column of blocks becomes a block.\n\n"
     "Markdown looks like this; only the template, the title, a block and a card are needed:\n\n"
     "  ---\n"
     "  template: bmc\n"
     "  ---\n"
     "  # Bakery 2027\n"
     "  ## Customer Segments (cs)\n"
     "  - Office workers {#b2b #\"two words\" status=draft color=yellow}\n"
     "    a second line of the same card\n"
     "    - *Rank* (rank): 3\n"
     "    > a comment on it\n"
     "  ---\n"
     "  Everything behind a line of three hyphens is for people only.\n\n"
     "A heading names a block by its title, or by its key in parentheses. Quotes (>) below a heading are skipped.",
     import_options, import_examples, NEEDS_SERVER, true, cmd_import},
    {"report", "", "[WORKSPACE]", 0, 1, "How a workspace's measures do, what is due, what is open",
     "All canvases of the workspace that you may see: how far each measure has come, per canvas and altogether; reviews that are due; "
     "actions that are not done; what the canvases' checks find.",
     report_options, report_examples, NEEDS_SERVER, false, cmd_report},
    {"template list", "", "", 0, 0, "The templates: built in, and your workspace's own", NULL, template_options, NULL, NEEDS_NOTHING, false,
     cmd_template_list},
    {"template show", "", "TEMPLATE", 1, 1, "A template's blocks, prompts, attribution and licence", NULL,
     template_show_options, template_show_examples, NEEDS_NOTHING, false, cmd_template_show},
    {"template check", "", "FILE", 1, 1, "Check a template file", "Names every mistake with its line and what to do about it: blocks that overlap, unknown settings, plug-ins that "
     "go round in a circle.",
     NULL, template_check_examples, NEEDS_NOTHING, false, cmd_template_check},
    {"template fork", "", "TEMPLATE|FILE", 1, 1, "Begin a template of your own from another one",
     "Copies the file with its comments. Who made the original stays credited, whatever you change; you are named as the one who adapted it. "
     "A licence that asks for the same licence (CC BY-SA) holds for the fork, too.",
     template_fork_options, template_fork_examples, NEEDS_NOTHING, false, cmd_template_fork},

    {"open", "", "CANVAS", 1, 1, "Work on a canvas together, on the whole screen",
     "The terminal interface; \"cocanvas\" alone opens it with all canvases to choose from. Keys are shown in the "
     "bottom line; ? explains what is on the screen, and : lists every command with its key. Arrows or hjkl move, "
     "Enter opens a card, Esc goes back, u undoes what you did.\n\n"
     "What you type is on your screen at once and on the server a moment later; the top line says whether it is saved. "
     "When the connection is lost you can go on: what you do is kept on this device and sent when the server is back, "
     "even if this program or the computer is ended in between.\n\n"
     "What you copy goes to the system's clipboard, too, by the terminal; not from a canvas with the property "
     "\"confidential\".\n\n"
     "Keys can be changed in the file \"keys\" of the settings, one line each: where, keys, action. For instance:\n\n"
     "  canvas  g n     new-card\n"
     "  canvas  ctrl-d  none\n\n"
     "With COCANVAS_ACCESSIBLE=1, or on a terminal that can't move its cursor (TERM=dumb), it works line by line, as "
     "\"live\" does.",
     open_options, open_examples, NEEDS_EDITOR, true, cmd_open},
    {"live", "", "CANVAS", 1, 1, "The same line by line, for screen readers and slow lines",
     "One line for each event - \"Ann added 7.14 to Channels: 'Wholesale'\" - and a prompt that takes the same "
     "commands: list, read 14, add, edit, "
     "move, remove, restore, vote, tag, comment, who, where, undo, redo, status, help, quit. Nothing on the screen is "
     "redrawn. When the connection "
     "is lost you can go on; what you do is kept on this device and sent when the server is back. After each change it "
     "says saved, "
     "or not saved yet.",
     live_options, live_examples, NEEDS_EDITOR, true, cmd_live},
    {"doctor", "", "[SERVER]", 0, 1, "Find out why something does not work",
     "Checks settings, name look-up, connection, the server's key, clocks, versions, login, unsent edits and the "
     "terminal. The report holds no secrets and "
     "no titles; it can be pasted into a question.",
     NULL, doctor_examples, NEEDS_NOTHING, true, cmd_doctor},
    {"version", "", "", 0, 0, "The version of this program", NULL, NULL, NULL, NEEDS_NOTHING, false, cmd_version},
    {"completion", "", "SHELL", 1, 1, "Print a completion script for bash, zsh or fish", NULL, NULL,
     completion_examples, NEEDS_NOTHING, false, cmd_completion},
    {"man", "", "[PAGE]", 0, 1, "Print a manual page", "PAGE is cocanvas or cocanvas-COMMAND.", man_options,
     man_examples, NEEDS_NOTHING, false, cmd_man},
    {"help", "", "[COMMAND...]", 0, 2, "Help for a command, or the list of commands", NULL, NULL, NULL, NEEDS_NOTHING,
     false, cmd_help},
};

static const struct exit_meaning exits[] = {
    {EXIT_OK, "Done", NEEDS_NOTHING},
    {EXIT_ERROR, "Something else went wrong; the sentence says what", NEEDS_NOTHING},
    {EXIT_USAGE, "The command was not understood, or a name fits several things", NEEDS_NOTHING},
    {EXIT_NOT_FOUND, "There is no such thing, or you may not see it or do that", NEEDS_SERVER},
    {EXIT_LOGIN, "Login needed, or refused", NEEDS_SERVER},
    {EXIT_CONFLICT, "It does not fit what is there now: it exists already, or was removed meanwhile", NEEDS_SERVER},
    {EXIT_UNREACHABLE, "The server can't be reached", NEEDS_SERVER},
    {EXIT_AGAIN, "The server can't do it at the moment; try again", NEEDS_SERVER},
    {EXIT_IDENTITY, "The server has another key than it should have", NEEDS_SERVER},
    {EXIT_TIMED_OUT, "No answer in time", NEEDS_SERVER},
    {EXIT_INTERRUPTED, "Interrupted", NEEDS_SERVER},
};

static const struct cmd_example environment[] = {
    {"COCANVAS_SERVER", "Server to act on, as --server"},
    {"COCANVAS_CONTEXT", "Context to act on, as --context"},
    {"XDG_CONFIG_HOME, XDG_STATE_HOME", "Where settings and state live instead of ~/.config and ~/.local/state"},
    {"VISUAL, EDITOR", "Editor for \"edit\" without a text, and for long texts in the interface"},
    {"COCANVAS_THEME", "dark, light or auto, as --theme of \"open\""},
    {"COCANVAS_ACCESSIBLE", "If 1, \"open\" works line by line"},
    {"NO_COLOR, CLICOLOR_FORCE", "Never, or always, colour"},
    {"COCANVAS_DEBUG", "If set, tell on standard error what the connection does"},
    {"COLUMNS", "Width to assume when the output is no terminal"},
    END_EXAMPLES,
};

static const struct cmd_example files[] = {
    {"~/.config/cocanvas/contexts", "Servers, workspaces, and the current one (JSON)"},
    {"~/.config/cocanvas/keys", "Keys of the interface that you changed; see \"open\""},
    {"~/.config/cocanvas/known_hosts", "The servers' public keys"},
    {"~/.local/state/cocanvas/credentials", "Device tokens; readable by you only"},
    {"~/.local/state/cocanvas/recent", "Canvases that were opened on this device, by id"},
    {"~/.local/state/cocanvas/", "Edits that are not sent yet"},
    END_EXAMPLES,
};

const struct command *cmd_rows(size_t *n)
{
    *n = sizeof table / sizeof *table;
    return table;
}

const struct cmd_option *cmd_global_options(void)
{
    return global_options;
}

const struct exit_meaning *cmd_exit_codes(size_t *n)
{
    *n = sizeof exits / sizeof *exits;
    return exits;
}

const struct cmd_example *cmd_environment(void)
{
    return environment;
}

const struct cmd_example *cmd_files(void)
{
    return files;
}
