/* Rights per op, see rights.h. */
#include "common/rights.h"

#include <string.h>

#include "common/field.h"
#include "common/ids.h"

#define VIEWER COCANVAS__ROLE__VIEWER
#define COMMENTER COCANVAS__ROLE__COMMENTER
#define EDITOR COCANVAS__ROLE__EDITOR
#define LEADER COCANVAS__ROLE__FACILITATOR
#define NOBODY COCANVAS__ROLE__NONE

/* Columns: op, least role, least role for what others made, right in a block. */
/* clang-format off */
#define ROWS(ROW)                                           \
    ROW(CARD_CREATE,     EDITOR,    EDITOR,    RIGHT_ADD)    \
    ROW(CARD_DELETE,     EDITOR,    EDITOR,    RIGHT_DELETE) \
    ROW(CARD_RESTORE,    EDITOR,    EDITOR,    RIGHT_DELETE) \
    ROW(CARD_MOVE,       EDITOR,    EDITOR,    RIGHT_MOVE)   \
    ROW(PROP_SET,        EDITOR,    EDITOR,    RIGHT_EDIT)   \
    ROW(TAG_SET,         EDITOR,    EDITOR,    RIGHT_EDIT)   \
    ROW(VOTE_SET,        COMMENTER, COMMENTER, RIGHT_VOTE)   \
    ROW(TEXT_EDIT,       EDITOR,    EDITOR,    RIGHT_EDIT)   \
    ROW(COMMENT_ADD,     COMMENTER, COMMENTER, RIGHT_NONE)   \
    ROW(COMMENT_DELETE,  COMMENTER, LEADER,    RIGHT_NONE)   \
    ROW(COMMENT_RESOLVE, COMMENTER, COMMENTER, RIGHT_NONE)   \
    ROW(LINK_ADD,        EDITOR,    EDITOR,    RIGHT_NONE)   \
    ROW(LINK_REMOVE,     EDITOR,    EDITOR,    RIGHT_NONE)   \
    ROW(READING_ADD,     EDITOR,    EDITOR,    RIGHT_NONE)   \
    ROW(READING_REMOVE,  EDITOR,    EDITOR,    RIGHT_NONE)   \
    ROW(BLOCK_ADD,       EDITOR,    EDITOR,    RIGHT_NONE)   \
    ROW(BLOCK_REMOVE,    EDITOR,    EDITOR,    RIGHT_DELETE) \
    ROW(NAME_SEQ,        EDITOR,    EDITOR,    RIGHT_NONE)
/* clang-format on */

#define AS_ROW(op, role, others, right) {COCANVAS__OP__KIND_##op, role, others, right},
static const struct rights_row rows[] = {ROWS(AS_ROW)};
enum { N_ROWS = sizeof rows / sizeof *rows };

const struct rights_row *rights_at(size_t i)
{
    return i < N_ROWS ? &rows[i] : NULL;
}

const struct rights_row *rights_row(Cocanvas__Op__KindCase op)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (rows[i].op == op)
            return &rows[i];
    return NULL;
}

int rights_least_role(void)
{
    int least = COCANVAS__ROLE__OWNER;
    for (size_t i = 0; i < N_ROWS; i++)
        least = rows[i].role < least ? rows[i].role : least;
    return least;
}

static const char *const names[RIGHTS] = {
    [RIGHT_NONE] = "", [RIGHT_ADD] = "add", [RIGHT_EDIT] = "edit", [RIGHT_MOVE] = "move", [RIGHT_DELETE] = "delete", [RIGHT_VOTE] = "vote"};
static const char *const keys[RIGHTS] = {
    [RIGHT_ADD] = "rights.add", [RIGHT_EDIT] = "rights.edit", [RIGHT_MOVE] = "rights.move", [RIGHT_DELETE] = "rights.delete", [RIGHT_VOTE] = "rights.vote"};

const char *right_name(enum right right)
{
    return names[right];
}

bool rights_locked(const struct block *block)
{
    const struct value *locked = props_get(&block->props, "locked");
    return locked && locked->kind == VALUE_FLAG && locked->number != 0;
}

bool rights_in_block(const struct block *block, enum right right, int role)
{
    if (rights_locked(block) && role < LEADER)
        return false;
    const struct value *who = right == RIGHT_NONE ? NULL : props_get(&block->props, keys[right]);
    if (!who || who->kind != VALUE_CHOICE || strcmp(who->text, "everyone") == 0)
        return true;
    return strcmp(who->text, "facilitators") == 0 && role >= LEADER;
}

bool rights_is_lead_property(uint64_t object, const char *key)
{
    if (strncmp(key, "rights.", 7) == 0 || strcmp(key, "locked") == 0)
        return true;
    return object == 0 && (strcmp(key, "phase") == 0 || strcmp(key, "visibility") == 0 || strcmp(key, "anonymous") == 0);
}

/* What an op is about: the object's maker, and the blocks whose rights count. */
struct about {
    uint32_t author;  /* 0: nobody's, or not there */
    uint64_t comment; /* its id; 0: it is none */
    const struct block *block, *target;
    const struct block *joined; /* where a part is added by naming its row; NULL: nowhere */
};

/* Where the row of a part stands, whether or not that is deleted; NULL: what "of" names is no row. */
static const struct block *block_of_row(const struct canvas *c, uint64_t of)
{
    const struct card *row = of != 0 ? canvas_card(c, of) : NULL;
    return row && !block_hidden(row->block) ? row->block : NULL;
}

/* The block whose rights hold for a card in `block` (NULL: one that this batch makes, so it may be hidden): a part's is its row's. */
static const struct block *rights_of_part(const struct canvas *c, const struct block *block, uint64_t of)
{
    const struct block *of_row = !block || block_hidden(block) ? block_of_row(c, of) : NULL;
    return of_row ? of_row : block;
}

static uint64_t row_of(const struct card *card)
{
    const struct value *of = card ? props_get(&card->props, "of") : NULL;
    return of && of->kind == VALUE_OBJECT ? of->number : 0;
}

static struct about about_card(const struct canvas *c, uint64_t id)
{
    const struct card *card = canvas_card(c, id);
    if (!card)
        return (struct about){0};
    return (struct about){.author = card->created_by, .block = rights_of_part(c, card->block, row_of(card))};
}

static uint64_t object_of(const Cocanvas__Value *value)
{
    return value && value->kind_case == COCANVAS__VALUE__KIND_OBJECT ? value->object : 0;
}

static struct about about_create(const struct canvas *c, const Cocanvas__CardCreate *create)
{
    uint64_t of = 0;
    for (size_t i = 0; i < create->n_props; i++)
        if (strcmp(create->props[i]->key, "of") == 0)
            of = object_of(create->props[i]->value);
    const struct block *block = canvas_block(c, create->place ? create->place->block : 0);
    return (struct about){.block = rights_of_part(c, block, of), .joined = block_of_row(c, of)};
}

static struct about about_move(const struct canvas *c, const Cocanvas__CardMove *move)
{
    struct about about = about_card(c, move->id);
    const struct block *target = canvas_block(c, move->place ? move->place->block : 0);
    about.target = rights_of_part(c, target, row_of(canvas_card(c, move->id)));
    return about;
}

static struct about about_comment(const struct canvas *c, uint64_t id)
{
    const struct comment *comment = canvas_comment(c, id);
    return comment ? (struct about){.author = comment->created_by, .comment = id} : (struct about){0};
}

static struct about about_object(const struct canvas *c, uint64_t id)
{
    const struct block *block = canvas_block(c, id);
    if (block)
        return (struct about){.block = block};
    return canvas_comment(c, id) ? about_comment(c, id) : about_card(c, id);
}

/* To name a card's row makes it a part, at the latest when it comes to stand where parts do. */
static struct about about_property(const struct canvas *c, const Cocanvas__PropSet *set)
{
    struct about about = about_object(c, set->object);
    if (strcmp(set->key, "of") == 0)
        about.joined = block_of_row(c, object_of(set->value));
    return about;
}

static struct about find_about(const struct canvas *c, const Cocanvas__Op *op)
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        return about_create(c, op->card_create);
    case COCANVAS__OP__KIND_CARD_DELETE:
        return about_card(c, op->card_delete->id);
    case COCANVAS__OP__KIND_CARD_RESTORE:
        return about_card(c, op->card_restore->id);
    case COCANVAS__OP__KIND_CARD_MOVE:
        return about_move(c, op->card_move);
    case COCANVAS__OP__KIND_PROP_SET:
        return about_property(c, op->prop_set);
    case COCANVAS__OP__KIND_TAG_SET:
        return about_card(c, op->tag_set->card);
    case COCANVAS__OP__KIND_VOTE_SET:
        return about_card(c, op->vote_set->card);
    case COCANVAS__OP__KIND_TEXT_EDIT:
        return about_object(c, op->text_edit->object);
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        return about_comment(c, op->comment_delete->id);
    case COCANVAS__OP__KIND_BLOCK_REMOVE:
        return (struct about){.block = canvas_block(c, op->block_remove->id)};
    default:
        return (struct about){0};
    }
}

static const char *role_words(int role)
{
    static const char *const words[] = {"nobody", "viewers", "commenters", "editors", "facilitators", "owners"};
    return role >= 0 && role <= COCANVAS__ROLE__OWNER ? words[role] : words[0];
}

static enum status check_block(const struct block *block, enum right right, int role, struct why *why)
{
    if (!block || rights_in_block(block, right, role))
        return STATUS_OK;
    if (rights_locked(block) && role < LEADER)
        return refuse(why, STATUS_FORBIDDEN, "The block \"%.60s\" is locked; a facilitator can unlock it.", block->key);
    return refuse(why, STATUS_FORBIDDEN, "The facilitator has reserved \"%s\" in the block \"%.60s\".", names[right], block->key);
}

/* A comment's text is its author's alone: nobody's words are put into another's mouth. */
static int role_for_others(const struct canvas *c, const Cocanvas__Op *op, const struct rights_row *row)
{
    bool comment = op->kind_case == COCANVAS__OP__KIND_TEXT_EDIT && canvas_comment(c, op->text_edit->object) != NULL;
    return comment ? NOBODY : row->others;
}

/* To hide a block that is there could make its cards parts of others, whatever those others' block says. */
static bool sets_lead_property(const Cocanvas__Op *op)
{
    if (op->kind_case == COCANVAS__OP__KIND_PROP_SET)
        return rights_is_lead_property(op->prop_set->object, op->prop_set->key) || strcmp(op->prop_set->key, "hidden") == 0;
    const Cocanvas__Block *block = op->kind_case == COCANVAS__OP__KIND_BLOCK_ADD ? op->block_add->block : NULL;
    for (size_t i = 0; block && i < block->n_props; i++)
        if (rights_is_lead_property(block->id, block->props[i]->key))
            return true;
    return false;
}

/* What stands in a right must be one of its words: another one would silently mean "everyone". */
static enum status check_value(const Cocanvas__PropSet *set, struct why *why)
{
    const Cocanvas__Value *value = set->value;
    if (!value || value->kind_case == COCANVAS__VALUE__KIND__NOT_SET)
        return STATUS_OK;
    if (strcmp(set->key, "anonymous") == 0 && value->kind_case != COCANVAS__VALUE__KIND_FLAG)
        return refuse(why, STATUS_BAD_OP, "\"anonymous\" is a flag.");
    if (strcmp(set->key, "locked") == 0 && value->kind_case != COCANVAS__VALUE__KIND_FLAG)
        return refuse(why, STATUS_BAD_OP, "\"locked\" is a flag.");
    if (strncmp(set->key, "rights.", 7) != 0)
        return STATUS_OK;
    const char *word = value->kind_case == COCANVAS__VALUE__KIND_CHOICE ? value->choice : "";
    if (strcmp(word, "everyone") != 0 && strcmp(word, "facilitators") != 0 && strcmp(word, "nobody") != 0)
        return refuse(why, STATUS_BAD_OP, "A right is one of the choices everyone, facilitators, nobody.");
    return STATUS_OK;
}

static int least_role(const struct canvas *c, const Cocanvas__Op *op, const struct rights_row *row)
{
    if (sets_lead_property(op))
        return LEADER;
    if (op->kind_case == COCANVAS__OP__KIND_TEXT_EDIT && canvas_comment(c, op->text_edit->object))
        return COMMENTER;
    return row->role;
}

bool op_needs_name(const struct canvas *c, const Cocanvas__Op *op)
{
    uint64_t comment = 0;
    if (op->kind_case == COCANVAS__OP__KIND_COMMENT_DELETE)
        comment = op->comment_delete->id;
    else if (op->kind_case == COCANVAS__OP__KIND_TEXT_EDIT)
        comment = op->text_edit->object;
    bool named_comment = comment != 0 && !object_is_anonymous(comment) && canvas_comment(c, comment) != NULL;
    return named_comment || op->kind_case == COCANVAS__OP__KIND_VOTE_SET || sets_lead_property(op);
}

static bool is_own(const struct about *about, uint32_t author, const struct rights_made *made)
{
    if (about->author != AUTHOR_ANONYMOUS)
        return about->author == author && author != 0;
    for (size_t i = 0; made && i < made->n; i++)
        if (made->ids[i] == about->comment)
            return true;
    return false;
}

enum status rights_check(const struct canvas *c, const Cocanvas__Op *op, uint32_t author, int role, const struct rights_made *made,
                         struct why *why)
{
    const struct rights_row *row = rights_row(op->kind_case);
    if (!row)
        return refuse(why, STATUS_FORBIDDEN, "Nobody may submit this kind of op.");
    int least = least_role(c, op, row);
    if (role < least)
        return refuse(why, STATUS_FORBIDDEN, "This is for %s and above.", role_words(least));
    if (op->kind_case == COCANVAS__OP__KIND_PROP_SET && rights_is_lead_property(op->prop_set->object, op->prop_set->key))
        return check_value(op->prop_set, why);
    struct about about = find_about(c, op);
    bool own = is_own(&about, author, made), others = about.author != 0 && !own;
    int least_others = role_for_others(c, op, row);
    if (others && least_others == NOBODY)
        return refuse(why, STATUS_FORBIDDEN, "Only who wrote it may change it.");
    if (others && role < least_others)
        return refuse(why, STATUS_FORBIDDEN, "It is somebody else's: this is for %s and above.", role_words(least_others));
    enum right right = row->right == RIGHT_EDIT && own ? RIGHT_NONE : row->right;
    enum status status = check_block(about.block, right, role, why);
    if (status == STATUS_OK)
        status = check_block(about.joined, RIGHT_ADD, role, why);
    return status == STATUS_OK ? check_block(about.target, right, role, why) : status;
}

enum status rights_check_batch(const struct canvas *c, size_t n_ops, Cocanvas__Op *const *ops, uint32_t author, int role,
                               const struct rights_made *made, uint32_t *bad_op, struct why *why)
{
    for (size_t i = 0; i < n_ops; i++) {
        enum status status = rights_check(c, ops[i], author, role, made, why);
        if (status != STATUS_OK) {
            *bad_op = (uint32_t)i;
            return status;
        }
    }
    return STATUS_OK;
}
