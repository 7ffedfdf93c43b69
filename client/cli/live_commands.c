/* What may be typed in `live --plain`: one table of short commands, named like those of the command line. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd.h"
#include "client/cli/live.h"
#include "client/cli/ops.h"
#include "client/cli/outline.h"
#include "common/utf8.h"

struct live_command {
    const char *name, *usage, *help;
    void (*run)(struct live *l, const char *rest);
};

static const struct canvas *view(struct live *l)
{
    return replica_view(client_replica(l->s.client));
}

/* The next word, or what stands in quotes; *rest goes behind it. "" at the end. */
static const char *take_word(struct live *l, const char **rest)
{
    const char *at = *rest + strspn(*rest, " \t"), *end;
    if (*at == '"' || *at == '\'') {
        end = strchr(at + 1, *at);
        if (end) {
            *rest = end + 1 + strspn(end + 1, " \t");
            return arena_strndup(&l->words, at + 1, (size_t)(end - at - 1));
        }
    }
    end = at + strcspn(at, " \t");
    *rest = end + strspn(end, " \t");
    return arena_strndup(&l->words, at, (size_t)(end - at));
}

static struct card *card_of(struct live *l, enum find_cards which, const char *words)
{
    struct card *card = NULL;
    const char *why = "";
    if (strcmp(words, "it") == 0 && l->last_card)
        words = id_text(&l->words, l->last_card);
    if (find_card(&l->words, view(l), which, words, &card, &why) != STATUS_OK) {
        live_say(l, "%s", why);
        return NULL;
    }
    l->last_card = card->o.id;
    return card;
}

static struct block *block_of(struct live *l, const char *words)
{
    struct block *block = NULL;
    const char *why = "";
    if (find_block(&l->words, view(l), words, &block, &why) == STATUS_OK)
        return block;
    live_say(l, "%s", why);
    return NULL;
}

static bool good_text(struct live *l, const char *text)
{
    if (!*text)
        live_say(l, "The text is missing.");
    else if (!utf8_check(text, strlen(text), NULL))
        live_say(l, "That text is not valid UTF-8, or holds control characters.");
    else
        return true;
    return false;
}

static void told(struct live *l, const char *verb, uint64_t id)
{
    struct card *card = canvas_card(view(l), id);
    struct describe d = live_describe(l);
    if (card)
        live_say(l, "You %s %s", verb, describe_card(&d, card));
}

static void submit_one(struct live *l, Cocanvas__Op *op, const char *verb, uint64_t card)
{
    if (op && live_submit(l, 1, &op))
        told(l, verb, card);
}

/* ---- looking */

static const char *name_of(void *ctx, uint32_t author)
{
    return live_person_name(ctx, author);
}

static struct outline outline_of(struct live *l)
{
    return (struct outline){
        .out = &l->s.cli->out, .arena = &l->words, .canvas = view(l), .person = name_of, .ctx = l, .mark = ""};
}

static void list_block(struct live *l, const struct outline *o, const struct block *block)
{
    live_say(l, "%s (%s), %u card%s%s%s", arena_line(&l->words, block->title), block->key, block->n_alive,
             block->n_alive == 1 ? "" : "s", block->n_alive ? ":" : ". ",
             block->n_alive ? "" : arena_line(&l->words, block->prompt));
    for (uint32_t i = 0; i < block->n_cards; i++)
        if (block->cards[i]->deleted_seq == 0)
            live_say(l, "  %s", arena_line(&l->words, outline_card(o, block->cards[i])));
}

static void run_list(struct live *l, const char *rest)
{
    struct outline o = outline_of(l);
    size_t n;
    if (*rest) {
        struct block *block = block_of(l, rest);
        if (block)
            list_block(l, &o, block);
        return;
    }
    struct block **blocks = canvas_blocks_in_order(view(l), &n);
    for (size_t i = 0; i < n; i++)
        list_block(l, &o, blocks[i]);
    free(blocks);
}

static void run_blocks(struct live *l, const char *rest)
{
    size_t n;
    (void)rest;
    struct block **blocks = canvas_blocks_in_order(view(l), &n);
    for (size_t i = 0; i < n; i++)
        live_say(l, "%s: %s, %u", blocks[i]->key, arena_line(&l->words, blocks[i]->title), blocks[i]->n_alive);
    free(blocks);
}

static void run_read(struct live *l, const char *rest)
{
    struct card *card = card_of(l, FIND_ANY_CARD, *rest ? rest : "it");
    if (!card)
        return;
    struct outline o = outline_of(l);
    live_say(l, "%s, in %s%s, by %s.", outline_card(&o, card), arena_line(&l->words, card->block->title),
             card->deleted_seq ? " (removed)" : "", live_person_name(l, card->created_by));
    for (struct object *at = view(l)->comments; at; at = at->hh.next) {
        const struct comment *comment = (struct comment *)at;
        if (comment->object == card->o.id && comment->deleted_seq == 0)
            live_say(l, "  %s %s%s: %s", id_text(&l->words, comment->o.id), live_person_name(l, comment->created_by),
                     comment->resolved ? " (done)" : "", comment->text.bytes ? comment->text.bytes : "");
    }
    live_presence(l, card->o.id, false);
}

static const char *place_name(struct live *l, uint64_t object)
{
    const struct card *card = canvas_card(view(l), object);
    const struct block *block = canvas_block(view(l), object);
    if (card)
        return arena_printf(&l->words, "at %s '%s'", id_text(&l->words, object),
                            short_text(&l->words, &card->text, 50));
    return block ? arena_printf(&l->words, "in %s", arena_line(&l->words, block->title)) : "here";
}

static void run_who(struct live *l, const char *rest)
{
    struct replica *replica = client_replica(l->s.client);
    (void)rest;
    live_say(l, "%s (you)%s", live_person_name(l, replica_author(replica)), l->offline ? ", offline" : "");
    for (size_t i = 0; i < LIVE_PEOPLE; i++)
        if (l->people[i].session)
            live_say(l, "%s%s", live_person_name(l, l->people[i].author), l->people[i].away ? ", away" : "");
}

static void run_where(struct live *l, const char *rest)
{
    size_t n = 0;
    (void)rest;
    for (size_t i = 0; i < LIVE_PEOPLE; i++) {
        const struct live_person *person = &l->people[i];
        if (!person->session)
            continue;
        n++;
        live_say(l, "%s is %s%s", live_person_name(l, person->author), place_name(l, person->object),
                 person->editing ? ", writing" : "");
    }
    if (n == 0)
        live_say(l, "Nobody else is here.");
}

/* ---- changing */

static void run_add(struct live *l, const char *rest)
{
    struct block *block = block_of(l, take_word(l, &rest));
    if (!block || !good_text(l, rest))
        return;
    struct ops_place place = {.block = block->o.id};
    uint64_t id = replica_next_id(client_replica(l->s.client));
    l->last_card = id;
    submit_one(l, ops_card_create(&l->words, id, &place, rest), "added", id);
    live_presence(l, id, false);
}

static void run_edit(struct live *l, const char *rest)
{
    struct card *card = card_of(l, FIND_ALIVE, take_word(l, &rest));
    struct why why = {""};
    if (!card || !good_text(l, rest))
        return;
    uint64_t id = card->o.id;
    enum status status = replica_text_set(client_replica(l->s.client), id, "", rest, strlen(rest), wall_ms(), &why);
    if (status != STATUS_OK) {
        live_say(l, "Not done: %s", why.text[0] ? why.text : status_name(status));
        return;
    }
    live_edited(l);
    told(l, "changed", id);
    live_presence(l, id, true);
}

static void run_move(struct live *l, const char *rest)
{
    struct card *card = card_of(l, FIND_ALIVE, take_word(l, &rest));
    struct block *block = card ? block_of(l, rest) : NULL;
    if (!block)
        return;
    struct ops_place place = {.block = block->o.id};
    uint64_t id = card->o.id;
    submit_one(l, ops_card_move(&l->words, id, &place), "moved: now", id);
}

static void run_remove(struct live *l, const char *rest)
{
    struct card *card = card_of(l, FIND_ALIVE, rest);
    if (card)
        submit_one(l, ops_card_delete(&l->words, card->o.id), "removed", card->o.id);
}

static void run_restore(struct live *l, const char *rest)
{
    struct card *card = card_of(l, FIND_DELETED, rest);
    if (card)
        submit_one(l, ops_card_restore(&l->words, card->o.id), "restored", card->o.id);
}

static void run_vote(struct live *l, const char *rest)
{
    struct card *card = card_of(l, FIND_ALIVE, rest);
    if (card)
        submit_one(l, ops_vote_set(&l->words, card->o.id, true), "voted for", card->o.id);
}

static void run_unvote(struct live *l, const char *rest)
{
    struct card *card = card_of(l, FIND_ALIVE, rest);
    if (card)
        submit_one(l, ops_vote_set(&l->words, card->o.id, false), "took your vote from", card->o.id);
}

static void set_tag(struct live *l, const char *rest, bool on)
{
    struct card *card = card_of(l, FIND_ALIVE, take_word(l, &rest));
    if (card && good_text(l, rest))
        submit_one(l, ops_tag_set(&l->words, card->o.id, rest, on), on ? "tagged" : "took a tag from", card->o.id);
}

static void run_tag(struct live *l, const char *rest)
{
    set_tag(l, rest, true);
}

static void run_untag(struct live *l, const char *rest)
{
    set_tag(l, rest, false);
}

static void run_comment(struct live *l, const char *rest)
{
    struct card *card = card_of(l, FIND_ALIVE, take_word(l, &rest));
    if (!card || !good_text(l, rest))
        return;
    uint64_t id = replica_next_id(client_replica(l->s.client));
    submit_one(l, ops_comment_add(&l->words, id, card->o.id, 0, rest), "commented on", card->o.id);
}

static void step(struct live *l, enum status (*take)(struct replica *r, int64_t now_ms, struct why *why),
                 const char *done, const char *none)
{
    struct why why = {""};
    enum status status = take(client_replica(l->s.client), wall_ms(), &why);
    if (status == STATUS_OK) {
        live_edited(l);
        live_say(l, "%s", done);
    } else {
        live_say(l, "%s", status == STATUS_NOT_FOUND ? none : why.text);
    }
}

static void run_undo(struct live *l, const char *rest)
{
    (void)rest;
    step(l, replica_undo, "Took back your last change of this session.",
         "You have changed nothing in this session yet.");
}

static void run_redo(struct live *l, const char *rest)
{
    (void)rest;
    step(l, replica_redo, "Did it again.", "There is nothing to do again.");
}

/* ---- the rest */

static void run_status(struct live *l, const char *rest)
{
    (void)rest;
    live_status(l);
}

static void run_quit(struct live *l, const char *rest)
{
    (void)rest;
    l->ended = true;
}

static void run_help(struct live *l, const char *rest);

static const struct live_command commands[] = {
    {"list", "list [BLOCK]", "the cards, of all blocks or of one", run_list},
    {"blocks", "blocks", "the blocks", run_blocks},
    {"read", "read CARD", "one card with its comments", run_read},
    {"add", "add BLOCK TEXT", "a new card; a block of several words goes in quotes", run_add},
    {"edit", "edit CARD TEXT", "another text", run_edit},
    {"move", "move CARD BLOCK", "to another block", run_move},
    {"remove", "remove CARD", "away; restore brings it back", run_remove},
    {"restore", "restore CARD", "bring a removed card back", run_restore},
    {"vote", "vote CARD", "for a card", run_vote},
    {"unvote", "unvote CARD", "take the vote back", run_unvote},
    {"tag", "tag CARD TAG", "give it a tag", run_tag},
    {"untag", "untag CARD TAG", "take the tag away", run_untag},
    {"comment", "comment CARD TEXT", "say something about it", run_comment},
    {"undo", "undo", "take your own last change back", run_undo},
    {"redo", "redo", "do it again", run_redo},
    {"who", "who", "who is here", run_who},
    {"where", "where", "at which card the others are", run_where},
    {"status", "status", "whether everything is saved", run_status},
    {"help", "help", "this list", run_help},
    {"quit", "quit", "leave; what is not sent yet is kept", run_quit},
};

enum { N_COMMANDS = sizeof commands / sizeof *commands };

static void run_help(struct live *l, const char *rest)
{
    (void)rest;
    live_say(l, "CARD is its number (14 or 7.14), the beginning of its text, or the word it for the last one.");
    for (size_t i = 0; i < N_COMMANDS; i++)
        live_say(l, "%s: %s", commands[i].usage, commands[i].help);
}

void live_command(struct live *l, const char *line)
{
    const char *names[N_COMMANDS], *rest = line;
    const char *word = take_word(l, &rest);
    if (!*word)
        return;
    if (*word == ':')
        word++;
    for (size_t i = 0; i < N_COMMANDS; i++) {
        names[i] = commands[i].name;
        if (strcmp(word, commands[i].name) != 0)
            continue;
        commands[i].run(l, rest);
        return;
    }
    const char *near = nearest_word(word, N_COMMANDS, names);
    if (near)
        live_say(l, "There is no command %s. Did you mean %s?", word, near);
    else
        live_say(l, "There is no command %s. Type help.", word);
}
