/* The second part of the table of commands: fields, tables, measures, reviews, checks, ledgers. */
#include "client/cli/cmd_table.h"

#define CANVAS_AND_CARD "CARD is its id, its text or the beginning of it."
#define MEASURE_OPTIONS                                                                                                \
    {"kind", 'k', "KIND", "count, sum, average, latest, percent or yesno: what its readings together are"},            \
        {"unit", 'u', "UNIT", "What is counted: steps, EUR, hours"},                                                   \
        {"direction", 0, "WAY", "higher (if not given) or lower: which way is better"},                                \
        {"baseline", 0, "NUMBER", "Where it stood at the beginning: 0 % of the way"},                                  \
        {"minimum", 0, "NUMBER", "What the customer would just accept"},                                               \
        {"target", 't', "NUMBER", "What 100 % means"},                                                                 \
        {"owner", 0, "PERSON", "Who looks after it: a name, its beginning, a number, or me"},                          \
        {"period", 'p', "PERIOD", "How often it is reviewed: weekly, monthly, quarterly, yearly, 2w, 6m …"},           \
    {                                                                                                                  \
        "next", 0, "DAY", "The next review, where it is not the last reading plus the period"                          \
    }

/* ---- fields and rows */

static const struct cmd_option define_options[] = {
    {"type", 't', "TYPE", "text (if not given), number, date, choice, groups, person, flag, measure or action"},
    {"block", 'b', "BLOCK", "Only for cards of this block; if not given, for all cards"},
    {"choice", 'c', "KEY[=TITLE]", "One of the choices (or known groups); may be given several times"},
    {"open", 0, NULL, "Any other word is allowed, too"},
    {"unit", 'u', "UNIT", "Of a number"},
    {"min", 0, "NUMBER", "The least that a number may be"},
    {"max", 0, "NUMBER", "The most that a number may be"},
    {"whole", 0, NULL, "A number without a fraction"},
    {"required", 0, NULL, "check says where it is empty"},
    {"optional", 0, NULL, "It may be empty again"},
    {"prompt", 0, "TEXT", "The question that it answers"},
    {"order", 0, "NUMBER", "Its place among the columns, ascending"},
    END_OPTIONS,
};
static const struct cmd_example define_examples[] = {
    {"field define plan rank 'Rank' --type number --min 1 --max 5 --whole", "A score of all cards"},
    {"field define plan source 'Source' --type choice -c said -c assumed --block plan", "One of two words"},
    {"field define jobs segment 'Segment' --type groups --open", "Any number of groups, named as one goes"},
    END_EXAMPLES,
};
static const struct cmd_option field_remove_options[] = {
    {"block", 'b', "BLOCK", "This block's definition, where several have one"},
    END_OPTIONS,
};
static const struct cmd_example field_set_examples[] = {
    {"field set plan 7.12 rank 4", "A number"},
    {"field set jobs cafés segment small regulars", "Two groups, and no others"},
    {"field set plan 7.12 when tomorrow", "A day"},
    {"field set plan 7.12 rank ''", "Nothing any more"},
    END_EXAMPLES,
};
static const struct cmd_option row_add_options[] = {
    {"set", 's', "FIELD=VALUE", "A field of the new row; may be given several times"},
    {"first", 0, NULL, "At the beginning"},
    END_OPTIONS,
};
static const struct cmd_example row_add_examples[] = {
    {"row add plan 'I can relax' --set 'element=peace of mind' --set 'how=One person to call'", NULL},
    {"row add lifetime regular 'Fewer repairs' --set row=cust_value --set amount=120 --set unit=EUR", "With a block"},
    END_EXAMPLES,
};
static const struct cmd_option row_list_options[] = {
    {"sort", 's', "COLUMNS", "By these, with a comma between; - in front: descending"},
    {"where", 'w', "CONDITION",
     "Only rows where COLUMN=VALUE; also != < <= > >= and ~ (holds); may be given several times"},
    {"group", 'g', "COLUMNS", "Under headings, by one or several columns; a row with several groups stands in each"},
    {"columns", 0, "COLUMNS", "These columns instead of all; also block, tags and votes"},
    END_OPTIONS,
};
static const struct cmd_example row_list_examples[] = {
    {"row list jobs --sort segment,-importance", "By segment, the most important first"},
    {"row list jobs --where 'importance>=4' --where 'need~quiet'", "Only some"},
    {"row list jobs --group segment,bundle --columns text,need", "Grouped in two ways at once"},
    END_EXAMPLES,
};
static const struct cmd_option group_options[] = {
    {"field", 'f', "FIELD", "Which kind of groups, where there are several: segment, bundle …"},
    END_OPTIONS,
};
static const struct cmd_option promote_options[] = {
    {"field", 'f', "FIELD", "Which kind of groups, where there are several"},
    {"block", 'b', "BLOCK", "The block whose cards are grouped, where several are"},
    END_OPTIONS,
};
static const struct cmd_example group_examples[] = {
    {"group add jobs cafés small regulars --field segment", "In two groups"},
    {"group promote jobs small segments --field segment",
     "The group \"small\" as a card in the block \"segments\", linked to its cards"},
    END_EXAMPLES,
};

/* ---- measures */

static const struct cmd_option measure_add_options[] = {
    MEASURE_OPTIONS,
    {"field", 'f', "FIELD", "In which of the card's fields, where it has several for measures"},
    END_OPTIONS,
};
static const struct cmd_option measure_set_options[] = {
    MEASURE_OPTIONS,
    {"name", 'n', "TEXT", "Another name"},
    END_OPTIONS,
};
static const struct cmd_example measure_add_examples[] = {
    {"measure add plan simplification 'Steps until the product works' -k latest -u steps --direction lower --baseline "
     "6 --target 3 --owner ann -p monthly",
     "Fewer is better"},
    {"measure add plan recognition 'Favourable comments' -k count -u comments --target 40 -p quarterly",
     "All readings together"},
    END_EXAMPLES,
};
static const struct cmd_example measure_set_examples[] = {
    {"measure set plan steps --target 2 --owner ben", NULL},
    {"measure set plan steps --minimum ''", "No minimum any more"},
    END_EXAMPLES,
};
static const struct cmd_option reading_add_options[] = {
    {"date", 'd', "DAY", "YYYY-MM-DD, today (if not given), yesterday"},
    {"note", 'n', "TEXT", "What there is to say about it"},
    {"strict", 0, NULL, "Refuse a day to come, and a second reading of one day"},
    END_OPTIONS,
};
static const struct cmd_example reading_examples[] = {
    {"reading add plan steps 4 --note 'With ten new customers'", "Today's"},
    {"reading add plan steps 5 --date 2026-10-31", "An earlier one"},
    {"reading list plan steps", NULL},
    {"reading remove plan steps 2026-10-31", "By its day, or by its id alone"},
    END_EXAMPLES,
};
static const struct cmd_option action_add_options[] = {
    {"when", 'd', "DAY", "Until when: YYYY-MM-DD, today, tomorrow"},
    {"who", 'w', "PERSON", "A member, or the name of somebody without an account"},
    {"field", 'f', "FIELD", "In which of the card's fields, where it has several for actions"},
    END_OPTIONS,
};
static const struct cmd_option action_done_options[] = {
    {"reopen", 0, NULL, "Not done after all"},
    {"when", 'd', "DAY", "Only another day"},
    {"who", 'w', "PERSON", "Only somebody else"},
    END_OPTIONS,
};
static const struct cmd_option action_list_options[] = {
    {"open", 'o', NULL, "Only what is not done"},
    END_OPTIONS,
};
static const struct cmd_example action_examples[] = {
    {"action add plan simplification 'Pre-assemble the frame' --when 2026-12-15 --who ann", NULL},
    {"action done plan pre-assemble", NULL},
    {"action list plan --open", "By day"},
    END_EXAMPLES,
};
static const struct cmd_option review_options[] = {
    {"list", 'l', NULL, "Only list what is due, on a terminal, too"},
    END_OPTIONS,
};
static const struct cmd_example review_examples[] = {
    {"review", "Everything that is due in the workspace"},
    {"review plan", "On one canvas"},
    END_EXAMPLES,
};
static const struct cmd_example check_examples[] = {
    {"check plan", NULL},
    {"check plan --json | jq -r '.findings[].text'", NULL},
    END_EXAMPLES,
};
static const struct cmd_option ledger_options[] = {
    {"side", 0, "SIDE", "Only out (what customers get) or in (what they put in)"},
    {"least", 0, "NUMBER", "Only elements of at least so many ledgers"},
    {"element", 'e', "ELEMENT", "Only this element; may be given several times"},
    {"into", 0, "PLAN", "Make a row of each of them in this plan (side out, if not given), where there is none yet"},
    END_OPTIONS,
};
static const struct cmd_example ledger_examples[] = {
    {"ledger summary", "What comes back, most often first"},
    {"ledger summary --least 2 --into plan", "The summary set becomes rows of the plan"},
    END_EXAMPLES,
};

static const struct command table[] = {
    {"field list", "", "CANVAS [BLOCK]", 1, 2, "The fields of cards: key, title, type and what they take", NULL, NULL,
     NULL, NEEDS_CANVAS, false, cmd_field_list},
    {"field define", "", "CANVAS KEY [TITLE...]", 2, -1, "Add a field to the cards, or change one",
     "A canvas carries its own fields: those of its template, and those that people add. Of a field that is there, "
     "only what is given is "
     "changed. KEY is the short name for the command line: a letter, then letters, digits, . _ -",
     define_options, define_examples, NEEDS_EDITOR, false, cmd_field_define},
    {"field remove", "", "CANVAS KEY", 2, 2, "Take a field away",
     "What cards hold in it stays with them, and shows again when the field is defined again.", field_remove_options,
     NULL, NEEDS_EDITOR, false, cmd_field_remove},
    {"field set", "", "CANVAS CARD FIELD VALUE...", 4, -1, "Fill a card's field",
     "The value is read as the field's type says: numbers with a point (1.5, never 1,5), days as YYYY-MM-DD or today, "
     "yesterday, tomorrow, choices by "
     "their word, people by name or me, flags as yes or no; of groups, all that are given and no others. \"\" empties "
     "it. In a text only the "
     "difference is sent, so that what others type meanwhile stays.\n\n" CANVAS_AND_CARD,
     NULL, field_set_examples, NEEDS_EDITOR, false, cmd_field_set},
    {"field show", "", "CANVAS CARD", 2, 2, "A card with all its fields", CANVAS_AND_CARD, NULL, NULL, NEEDS_CANVAS,
     false, cmd_field_show},
    {"row add", "", "CANVAS [BLOCK] TEXT", 2, 3, "Add a card with its fields",
     "A table's row is a card, and its cells are fields. BLOCK can be left away where there is "
     "only one.",
     row_add_options, row_add_examples, NEEDS_EDITOR, false, cmd_row_add},
    {"row list", "", "CANVAS [BLOCK]", 1, 2, "Cards as a table: sorted, filtered, grouped",
     "Numbers are sorted by value, days by day, choices in their own order; empty cells come last. Columns are named "
     "by key or title; field list "
     "shows them.",
     row_list_options, row_list_examples, NEEDS_CANVAS, false, cmd_row_list},
    {"group add", "", "CANVAS CARD GROUP...", 3, -1, "Put a card into groups", CANVAS_AND_CARD, group_options,
     group_examples, NEEDS_EDITOR, false, cmd_group_add},
    {"group remove", "", "CANVAS CARD GROUP...", 3, -1, "Take a card out of groups", NULL, group_options, NULL,
     NEEDS_EDITOR, false, cmd_group_remove},
    {"group list", "", "CANVAS", 1, 1, "The groups, and how many cards each has", NULL, NULL, NULL, NEEDS_CANVAS, false,
     cmd_group_list},
    {"group promote", "", "CANVAS GROUP BLOCK", 3, 3, "Make a group a card of another block",
     "Its cards are linked to the new one: jobs that are alike become a segment, needs that are served together a "
     "bundle.",
     promote_options, group_examples, NEEDS_EDITOR, false, cmd_group_promote},

    {"measure add", "", "CANVAS OBJECT NAME...", 3, -1, "Add a measure to a card, or to a block by itself",
     "OBJECT is a card, whose measure it becomes, or a block. Percent reached is 100 * (actual - baseline) / (target - "
     "baseline), which is right "
     "for both directions; without a baseline it is actual / target, and target / actual where lower is better.",
     measure_add_options, measure_add_examples, NEEDS_EDITOR, false, cmd_measure_add},
    {"measure set", "", "CANVAS MEASURE", 2, 2, "Change a measure",
     "Only what is given is changed; \"\" takes it away. MEASURE is its id, its name or the beginning of "
     "it, or the card that has no other one.",
     measure_set_options, measure_set_examples, NEEDS_EDITOR, false, cmd_measure_set},
    {"measure list", "", "CANVAS", 1, 1, "All measures with where they stand, and all together",
     "Green: the target is reached. Amber: the minimum is, or without one half of the way. Red: less. Grey: no percent "
     "can be told.",
     NULL, NULL, NEEDS_CANVAS, false, cmd_measure_list},
    {"measure show", "", "CANVAS MEASURE", 2, 2, "One measure with its readings", NULL, NULL, NULL, NEEDS_CANVAS, false,
     cmd_measure_show},
    {"reading add", "", "CANVAS MEASURE VALUE...", 3, -1, "Note what a measure was found to be",
     "Numbers are exact, with a point: 1.5. The unit may stand behind it; of a measure of the kind yesno the value is "
     "yes or no.",
     reading_add_options, reading_examples, NEEDS_EDITOR, false, cmd_reading_add},
    {"reading list", "", "CANVAS [MEASURE]", 1, 2, "Readings by day", NULL, NULL, NULL, NEEDS_CANVAS, false,
     cmd_reading_list},
    {"reading remove", "", "CANVAS READING|MEASURE [DAY]", 2, 3, "Remove a reading",
     "By its id, or by its measure and day.", NULL, reading_examples, NEEDS_EDITOR, false, cmd_reading_remove},
    {"action add", "", "CANVAS CARD WHAT...", 3, -1, "Say what is going to be done, when and by whom", CANVAS_AND_CARD,
     action_add_options, action_examples, NEEDS_EDITOR, false, cmd_action_add},
    {"action done", "", "CANVAS ACTION", 2, 2, "Mark an action as done, or change its day or person", NULL,
     action_done_options, action_examples, NEEDS_EDITOR, false, cmd_action_done},
    {"action list", "", "CANVAS", 1, 1, "Actions by day", NULL, action_list_options, NULL, NEEDS_CANVAS, false,
     cmd_action_list},
    {"review", "", "[CANVAS]", 0, 1, "Look at the measures that are due, one by one",
     "On a terminal it asks for each value; Enter skips one, and what is reached is said after each. Else, and with "
     "--json, it lists what is due. Without "
     "CANVAS: of all canvases of the workspace.",
     review_options, review_examples, NEEDS_EDITOR, true, cmd_review},
    {"check", "", "CANVAS", 1, 1, "What the canvas itself finds odd",
     "Empty blocks, fields that must be filled, measures without a target, reviews that are overdue, cards that say "
     "the same, and what the template asks "
     "for. Exit code 1 if anything is found, so that a script can ask.",
     NULL, check_examples, NEEDS_CANVAS, true, cmd_check},
    {"balance", "", "CANVAS", 1, 1, "What each side gains and gives, per unit",
     "Sums of the field \"amount\" in the unit of the field \"unit\", for the company and for the customer; along the "
     "lanes of a journey for each stage, "
     "too. It says so when one side pays for the other.",
     NULL, NULL, NEEDS_CANVAS, false, cmd_balance},
    {"ledger summary", "", "", 0, 0, "Value elements that come back across ledgers, and rows of a plan made of them",
     "Looks at every canvas of the template vledger in the workspace: each is one customer's perspective. An element "
     "is the field \"element\" of a card, "
     "or its text; it counts once for each ledger.",
     ledger_options, ledger_examples, NEEDS_EDITOR, false, cmd_ledger_summary},
};

const struct command *cmd_rows_method(size_t *n)
{
    *n = sizeof table / sizeof *table;
    return table;
}
