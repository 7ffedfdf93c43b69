/* The rows of the table of commands (cmd.h), which lie in two files. For cmd_lookup.c. */
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
