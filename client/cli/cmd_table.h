/* The rows of the table of commands (cmd.h), which lie in three files. For cmd_lookup.c. */
#ifndef COCANVAS_CLIENT_CLI_CMD_TABLE_H
#define COCANVAS_CLIENT_CLI_CMD_TABLE_H

#include "client/cli/cmd.h"

#define END_OPTIONS                                                                                                    \
    {                                                                                                                  \
        NULL, 0, NULL, NULL                                                                                            \
    }
#define END_EXAMPLES                                                                                                   \
    {                                                                                                                  \
        NULL, NULL                                                                                                     \
    }

const struct command *cmd_rows(size_t *n);
/* Fields, rows, groups, measures, readings, actions, reviews, checks, ledgers. */
const struct command *cmd_rows_method(size_t *n);

/* Templates of a workspace, blocks of a canvas that is in use, wordings. */
const struct command *cmd_rows_shape(size_t *n);

/* Used by the third table; one file a family. */
int cmd_template_add(struct cli *cli);
int cmd_template_remove(struct cli *cli);
int cmd_template_save(struct cli *cli);
int cmd_block_rename(struct cli *cli);
int cmd_block_place(struct cli *cli);
int cmd_block_split(struct cli *cli);
int cmd_define_show(struct cli *cli);
int cmd_define_propose(struct cli *cli);
int cmd_define_terms(struct cli *cli);
int cmd_define_vote(struct cli *cli);
int cmd_define_accept(struct cli *cli);
int cmd_define_who(struct cli *cli);
int cmd_define_compare(struct cli *cli);

/* Used by the second table; one file a family. */
int cmd_field_list(struct cli *cli);
int cmd_field_define(struct cli *cli);
int cmd_field_remove(struct cli *cli);
int cmd_field_set(struct cli *cli);
int cmd_field_show(struct cli *cli);
int cmd_row_add(struct cli *cli);
int cmd_row_list(struct cli *cli);
int cmd_group_add(struct cli *cli);
int cmd_group_remove(struct cli *cli);
int cmd_group_list(struct cli *cli);
int cmd_group_promote(struct cli *cli);
int cmd_measure_add(struct cli *cli);
int cmd_measure_set(struct cli *cli);
int cmd_measure_list(struct cli *cli);
int cmd_measure_show(struct cli *cli);
int cmd_reading_add(struct cli *cli);
int cmd_reading_list(struct cli *cli);
int cmd_reading_remove(struct cli *cli);
int cmd_action_add(struct cli *cli);
int cmd_action_done(struct cli *cli);
int cmd_action_list(struct cli *cli);
int cmd_review(struct cli *cli);
int cmd_check(struct cli *cli);
int cmd_balance(struct cli *cli);
int cmd_ledger_summary(struct cli *cli);

#endif
