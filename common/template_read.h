/* Reading single settings of a template file: every value is checked, and each complaint names file, line and what to do. Reading goes
 * on after a complaint, so that a file's mistakes are all found at once. Private to the template files. */
#ifndef COCANVAS_COMMON_TEMPLATE_READ_H
#define COCANVAS_COMMON_TEMPLATE_READ_H

#include <libconfig.h>

#include "common/template.h"

enum {
    TEMPLATE_BLOCKS_MAX = 256,
    TEMPLATE_FIELDS_MAX = 40, /* of one block; with its other settings it stays below PROPS_MAX */
    TEMPLATE_STEPS_MAX = 24,
    TEMPLATE_HEADER_MAX = 40, /* fields and steps of a canvas */
    TEMPLATE_WORDS_MAX = 32,  /* of a list of words: plug-ins, checks, kinds of link */
    MISTAKES_MAX = 100,       /* listed */
};

struct parser {
    const char *name; /* of the file */
    struct template_mistakes *mistakes;
    bool placed; /* the file says where its blocks are; else they place themselves */
    int format;                    /* of the file, 1 or 2 */
    const char *lang;              /* that is being read; NULL: the file's own */
    const config_setting_t *words; /* its translations, NULL: none */
};

enum presence { OPTIONAL, REQUIRED };

/* The known settings of a group, and the format that brought each; ended by name NULL. */
struct known {
    const char *name;
    int since;
};

void complain(struct parser *p, const config_setting_t *at, const char *fmt, ...) PRINTF_LIKE(3, 4);
void check_names(struct parser *p, const config_setting_t *group, const struct known *known);
/* A member; NULL if there is none, or no group. */
const config_setting_t *member(const config_setting_t *group, const char *name);

/* A text of at most `most` code points (one line unless lines), owned; `otherwise` if it is optional and absent. A text of the same
 * name in words (may be NULL) takes its place. */
char *read_text(struct parser *p, const config_setting_t *group, const config_setting_t *words, const char *name,
                enum presence presence, size_t most, bool lines, const char *otherwise);
char *read_key(struct parser *p, const config_setting_t *group, const char *name, enum presence presence);
/* One of the words ("" if it is absent). */
char *read_word(struct parser *p, const config_setting_t *group, const char *name, const char *const *words);
uint32_t read_number(struct parser *p, const config_setting_t *group, const char *name, enum presence presence,
                     int least, int most, uint32_t otherwise);
bool read_flag(struct parser *p, const config_setting_t *group, const char *name);
/* A pair of numbers, "[3, 0]"; false after a complaint. `what`: what they are, for the complaint. */
bool read_pair(struct parser *p, const config_setting_t *group, const char *name, int least, const char *what,
               uint32_t *first, uint32_t *second);
/* A list of keys; NULL-terminated, never NULL. what: "ids of templates", example: "fit". */
char **read_words(struct parser *p, const config_setting_t *group, const char *name, const char *what,
                  const char *example);
void free_words(char **words);
/* The elements of a list of groups: their number, at most `most`, 0 after a complaint. */
size_t read_list(struct parser *p, const config_setting_t *group, const char *name, size_t most,
                 const config_setting_t **list);
/* template_field.c: the fields of a file or block; words: their translations by key. first: order of the first one. */
void read_fields(struct parser *p, const config_setting_t *group, const config_setting_t *words, uint32_t first,
                 struct field **fields, size_t *n);
const struct field *find_field(const struct field *fields, size_t n, const char *key);
/* template_words.c: whether the translations of a file name only what is in it. */
void check_translations(struct parser *p, const config_setting_t *root, struct template *t);
/* template_canvas.c: the property that a step or an axis becomes, malloc'd. */
char *template_step_format(const struct template_step *step);
char *template_axis_format(const struct template_axis *axis);

/* Insertions, deletions, substitutions and swaps of neighbours between two words are few enough for "did you mean"; *least is the best so
 * far, at the beginning NEAREST_MAX. */
enum { NEAREST_MAX = 40 };
bool word_is_near(const char *word, const char *known, unsigned *least);

#endif
