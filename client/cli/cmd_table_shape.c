/* The third part of the table of commands: what a canvas is made from and how people change that. Templates of a workspace, blocks of a canvas that is
 * in use, and the wording that many write together. */
#include "client/cli/cmd_table.h"

/* ---- templates */

static const struct cmd_example template_add_examples[] = {
    {"template add ours.template", "The file's id says which one it is; again: its next version"},
    END_EXAMPLES,
};
static const struct cmd_option template_save_options[] = {
    {"output", 'o', "FILE", "Where to write it; \"-\" or nothing prints it"},
    {"add", 0, NULL, "Put it into the workspace at once"},
    {"id", 0, "ID", "The template's id; else by the file's name or the title"},
    {"title", 0, "TITLE", "The template's title; else the canvas's"},
    {"by", 0, "NAME", "Who adapted it; else your name in the workspace"},
    END_OPTIONS,
};
static const struct cmd_example template_save_examples[] = {
    {"template save bakery -o bakery.template", "To be edited and shared as a file"},
    {"template save bakery --add --id bakery-2", "For the next workshop of this workspace: cocanvas new bakery-2 'Round two'"},
    END_EXAMPLES,
};

/* ---- blocks */

static const struct cmd_example block_rename_examples[] = {
    {"block rename bakery ch 'How we reach them'", NULL},
    END_EXAMPLES,
};
static const struct cmd_option block_place_options[] = {
    {"over", 0, NULL, "Even if another block is there"},
    END_OPTIONS,
};
static const struct cmd_example block_place_examples[] = {
    {"block place bakery risks 0 8", "To the first column of the ninth row, as large as it is"},
    {"block place bakery risks 0 8 5 2", "… 5 columns wide, 2 rows high"},
    END_EXAMPLES,
};
static const struct cmd_option block_split_options[] = {
    {"card", 'c', "CARD", "A card that goes into the new block; several times for several"},
    {"prompt", 'p', "TEXT", "The new block's question"},
    END_OPTIONS,
};
static const struct cmd_example block_split_examples[] = {
    {"block split bakery ch online 'Online channels' --card 7.3 --card 7.8", "One undo takes all of it back"},
    END_EXAMPLES,
};

/* ---- wordings */

static const struct cmd_option accept_options[] = {
    {"name", 'n', "NAME", "What the version is called; else \"Accepted wording 1\", 2 …"},
    END_OPTIONS,
};
static const struct cmd_option vote_options[] = {
    {"off", 0, NULL, "Take your vote back"},
    END_OPTIONS,
};
static const struct cmd_example define_show_examples[] = {
    {"new define 'What is value co-creation?'", "A canvas for one definition"},
    {"define show value", "How it stands"},
    END_EXAMPLES,
};
static const struct cmd_example terms_examples[] = {
    {"define terms value", "Which words it must have, and which are missing"},
    {"define terms value customer 'in use'", "Two more that it must have"},
    END_EXAMPLES,
};
static const struct cmd_example compare_examples[] = {
    {"define compare value 1", "What changed since the first accepted wording"},
    {"define compare value 1 2", "Between two of them; also cards and names of versions"},
    END_EXAMPLES,
};

static const struct command table[] = {
    {"template add", "", "FILE", 1, 1, "Give your workspace a template, or the next version of one",
     "For facilitators. The file is checked first; everybody in the workspace can then use it by its id. Former versions are kept: \"template show ID "
     "--at N\". What was made from it before stays as it is. A built-in template's id can't be taken.",
     NULL, template_add_examples, NEEDS_SERVER, false, cmd_template_add},
    {"template remove", "", "ID", 1, 1, "Take one of your workspace's templates away", "Canvases made from it stay as they are.", NULL, NULL, NEEDS_SERVER,
     false, cmd_template_remove},
    {"template save", "", "CANVAS", 1, 1, "Make a template of a canvas's blocks, as people have revised them",
     "Blocks, questions, fields and steps go into it, cards do not. Attribution, licence and source stay, and you are named as who adapted it.",
     template_save_options, template_save_examples, NEEDS_CANVAS, false, cmd_template_save},

    {"block rename", "", "CANVAS BLOCK TITLE...", 3, -1, "Give a block another title", NULL, NULL, block_rename_examples, NEEDS_EDITOR, false,
     cmd_block_rename},
    {"block place", "block move", "CANVAS BLOCK COLUMN ROW [COLUMNS] [ROWS]", 4, 6, "Move a block, and make it larger or smaller",
     "Columns and rows count from 0. The canvas grows where it has to.", block_place_options, block_place_examples, NEEDS_EDITOR, false, cmd_block_place},
    {"block split", "", "CANVAS BLOCK KEY TITLE...", 4, -1, "Divide a block: chosen cards go to the new one",
     "The new block takes half of the place, and the cards that you name. Fields and sides are those of the old block.", block_split_options, block_split_examples, NEEDS_EDITOR, false, cmd_block_split},

    {"define show", "", "CANVAS", 1, 1, "A wording that people write together: how it stands, required words, proposals",
     "For canvases of kind text. The current wording is a card like others: everybody may change it letter by letter, with \"edit\" or on the screen.", NULL,
     define_show_examples, NEEDS_CANVAS, false, cmd_define_show},
    {"define propose", "", "CANVAS TEXT...", 2, -1, "Propose another wording", NULL, NULL, NULL, NEEDS_EDITOR, false, cmd_define_propose},
    {"define vote", "", "CANVAS PROPOSAL", 2, 2, "Vote for a proposal", NULL, vote_options, NULL, NEEDS_EDITOR, false, cmd_define_vote},
    {"define accept", "", "CANVAS PROPOSAL", 2, 2, "Make a proposal the current wording",
     "An ordinary edit of the current wording, a card among the accepted versions, and a named version: one undo takes all of it back.", accept_options, NULL,
     NEEDS_EDITOR, false, cmd_define_accept},
    {"define terms", "", "CANVAS [WORD]...", 1, -1, "Words that the wording must have; more of them", NULL, NULL, terms_examples, NEEDS_CANVAS, false,
     cmd_define_terms},
    {"define who", "", "CANVAS [CARD]", 1, 2, "Who wrote which part of the current wording, or of a card",
     "By the history. What was accepted belongs to who wrote the proposal; anonymous parts stay anonymous.", NULL, NULL, NEEDS_CANVAS, false, cmd_define_who},
    {"define compare", "", "CANVAS WORDING [WORDING]", 2, 3, "What changed between two wordings, word by word",
     "A wording is \"current\", the number of an accepted one, a card, or the name or number of a version. Without the second: the current one.", NULL,
     compare_examples, NEEDS_CANVAS, false, cmd_define_compare},
};

const struct command *cmd_rows_shape(size_t *n)
{
    *n = sizeof table / sizeof *table;
    return table;
}
