/* Between the files of ask and its view: the rows that a question lists, its place on the screen, and the line. */
#ifndef COCANVAS_CLIENT_TUI_ASK_PRIVATE_H
#define COCANVAS_CLIENT_TUI_ASK_PRIVATE_H

#include "client/tui/ui.h"

enum ask_row_kind {
    ASK_ROW_HEADING, /* cannot be chosen */
    ASK_ROW_ACTION,  /* id: enum action */
    ASK_ROW_PREFIX,  /* a key that leads to more; id: index of the key in the row's `key` */
    ASK_ROW_BLOCK,   /* id: object */
    ASK_ROW_CARD,    /* id: object */
    ASK_ROW_CHOICE,  /* id: its index */
    ASK_ROW_MORE,    /* goes on with the row above, which a click on it chooses */
};

struct ask_row {
    enum ask_row_kind kind;
    uint64_t id;
    const char *title;
    const char *key;      /* the keys that do it; "" none */
    const char *refusal;  /* why it cannot be done now; NULL: it can */
    const char *argument; /* what is handed to it; NULL nothing */
    struct input next;    /* PREFIX and ACTION of a pop-up: the key that follows */
    int score;
    uint32_t place;       /* where it stood, for equal scores */
};

/* What the present question lists, best first, from ui->words. At most ASK_ROWS_MAX; ask.n_found says how many fit. */
enum { ASK_ROWS_MAX = 400, ASK_HELP_KEYS = 18 };
size_t ask_rows(struct ui *ui, struct ask_row **rows);
/* All of the words stand in the text, as they are, whatever their case. */
bool ask_has_words(struct ui *ui, const char *words, const char *text);
/* A copy in ui->words; "" if that is full. */
const char *ask_words(struct ui *ui, const char *bytes, size_t len);
size_t ask_help_rows(struct ui *ui, int width, struct ask_row **rows);
size_t ask_menu_rows(struct ui *ui, struct ask_row **rows);
/* What action families are called; NULL behind the last. */
const char *ask_family(size_t i);
size_t ask_family_of(enum action action);
/* Which family is shown in that place: what people look for most comes first. SIZE_MAX behind the last. */
size_t ask_family_at(size_t place);

/* A question has a list whose rows can be chosen. */
bool ask_selectable(const struct ask_row *row);
/* Rows of this kind of question flow in columns. */
bool ask_flows(enum ask_kind kind);

/* Where things are. Lists scroll by rows; pop-ups and menus flow in columns and scroll by columns. */
struct ask_box {
    struct rect box;    /* with its border */
    struct rect question; /* the wrapped title, for kinds that have it inside; h 0: none */
    struct rect field;  /* the line; h 0: none */
    struct rect list;   /* the rows; h 0: none */
    int columns, column_w;
    int key_w;          /* of the keys' column */
};
struct ask_box ask_box(struct ui *ui, const struct ask_row *rows, size_t n);
/* Flowing rows: the column and line of each one, in columns of that height. Returns how many columns. */
struct ask_place {
    int column, line;
};
int ask_flow(const struct ask_row *rows, size_t n, int height, struct ask_place *places);
/* Width of texts in the list, before its rows are known. */
int ask_list_width(const struct ui *ui);
/* First row (flowing: first column) to be shown so that the focus is visible. */
size_t ask_top(struct ui *ui, const struct ask_box *box, const struct ask_row *rows, size_t n);
/* First byte of the line that is visible in a field of that width. */
size_t ask_field_start(const struct ask *a, int width);

/* The question is answered: closed before done() is called. */
void ask_answer(struct ui *ui, size_t choice, uint64_t object);
/* Carries a row out, or says why that cannot be. */
void ask_choose(struct ui *ui, const struct ask_row *row);
/* Moves the focus (in help: the view) by so many rows. */
void ask_move_by(struct ui *ui, int rows_down);
int ask_page(struct ui *ui);
/* Text into the line at its caret. */
void ask_type(struct ui *ui, const char *bytes, size_t len);
/* What fits is another list now: from its best row again. */
void ask_line_changed(struct ask *a);

/* ---- ask_edit.c: the line. False: nothing went in. */
bool ask_has_line(const struct ask *a);
void ask_line_set(struct ask *a, const char *text);
bool ask_line_insert(struct ask *a, const char *bytes, size_t len);
size_t ask_line_before(const struct ask *a); /* byte offset of the cluster before the caret */
size_t ask_line_behind(const struct ask *a);
size_t ask_line_word_before(const struct ask *a);
size_t ask_line_word_behind(const struct ask *a);
/* Takes bytes from…to away; kept: for yank. */
void ask_line_cut(struct ask *a, size_t from, size_t to, bool kept);

#endif
