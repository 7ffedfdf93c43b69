/* Completion scripts for bash, zsh and fish, made of the table. */
#include <string.h>

#include "client/cli/cmd.h"
#include "common/template.h"

/* The first words: one-word commands, and nouns once each. */
static void add_first_words(struct buf *words)
{
    for (size_t i = 0; cmd_at(i); i++) {
        const char *name = cmd_at(i)->name;
        size_t len = strcspn(name, " ");
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again = again || (strcspn(cmd_at(k)->name, " ") == len && strncmp(cmd_at(k)->name, name, len) == 0);
        if (!again)
            buf_addf(words, "%s%.*s", buf_len(words) ? " " : "", (int)len, name);
    }
    buf_add(words, "", 1);
}

static void add_verbs(struct buf *words, const char *noun)
{
    size_t len = strlen(noun);
    for (size_t i = 0; cmd_at(i); i++)
        if (strncmp(cmd_at(i)->name, noun, len) == 0 && cmd_at(i)->name[len] == ' ')
            buf_addf(words, "%s%s", buf_len(words) ? " " : "", cmd_at(i)->name + len + 1);
    buf_add(words, "", 1);
}

static void add_option_words(struct buf *words, const struct cmd_option *options)
{
    for (; options && options->name; options++)
        buf_addf(words, "%s--%s", buf_len(words) ? " " : "", options->name);
}

static void add_templates(struct buf *words)
{
    struct template_set set;
    template_set_load(&set);
    for (size_t i = 0; i < set.n; i++)
        buf_addf(words, "%s%s", i ? " " : "", set.at[i]->id);
    buf_add(words, "", 1);
    template_set_free(&set);
}

/* Calls print for each noun that has verbs, once. */
static void each_noun(struct cli *cli, void (*print)(struct cli *cli, const char *noun, const char *verbs))
{
    for (size_t i = 0; cmd_at(i); i++) {
        size_t len = strcspn(cmd_at(i)->name, " ");
        if (cmd_at(i)->name[len] == 0 || (i > 0 && strncmp(cmd_at(i - 1)->name, cmd_at(i)->name, len + 1) == 0))
            continue;
        const char *noun = arena_strndup(&cli->arena, cmd_at(i)->name, len);
        struct buf verbs;
        buf_init(&verbs);
        add_verbs(&verbs, noun);
        print(cli, noun, (const char *)verbs.data);
        buf_fini(&verbs);
    }
}

static const char *options_of(struct cli *cli, const struct command *command)
{
    struct buf words;
    buf_init(&words);
    add_option_words(&words, command ? command->options : NULL);
    add_option_words(&words, cmd_global_options());
    buf_add(&words, "", 1);
    const char *text = arena_printf(&cli->arena, "%s", (const char *)words.data);
    buf_fini(&words);
    return text;
}

/* ---- bash; zsh reads the same through bashcompinit */

static void bash_noun(struct cli *cli, const char *noun, const char *verbs)
{
    out_print(&cli->out, STYLE_PLAIN, "        %s) verbs='%s' ;;\n", noun, verbs);
}

static void print_bash(struct cli *cli)
{
    struct output *out = &cli->out;
    struct buf first, templates;
    buf_init(&first);
    buf_init(&templates);
    add_first_words(&first);
    add_templates(&templates);
    out_print(
        out, STYLE_PLAIN,
        "# bash completion for cocanvas; made by: cocanvas completion bash\n_cocanvas()\n{\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} noun=${COMP_WORDS[1]} command=${COMP_WORDS[1]} verbs='' options=''\n"
        "    if [ \"$COMP_CWORD\" -eq 1 ] && [ \"${word:0:1}\" != - ]; then\n"
        "        COMPREPLY=($(compgen -W '%s' -- \"$word\"))\n        return\n    fi\n    case $noun in\n",
        (const char *)first.data);
    each_noun(cli, bash_noun);
    out_print(out, STYLE_PLAIN,
              "    esac\n    if [ -n \"$verbs\" ] && [ \"$COMP_CWORD\" -eq 2 ]; then\n"
              "        COMPREPLY=($(compgen -W \"$verbs\" -- \"$word\"))\n        return\n    fi\n"
              "    [ -n \"$verbs\" ] && command=\"$noun ${COMP_WORDS[2]}\"\n    case $command in\n");
    for (size_t i = 0; cmd_at(i); i++)
        out_print(out, STYLE_PLAIN, "        '%s') options='%s' ;;\n", cmd_at(i)->name, options_of(cli, cmd_at(i)));
    out_print(out, STYLE_PLAIN, "        *) options='%s' ;;\n    esac\n", options_of(cli, NULL));
    out_print(out, STYLE_PLAIN,
              "    if [ \"${word:0:1}\" = - ]; then\n        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
              "    elif [ \"$command\" = new ] || [ \"$command\" = 'template show' ]; then\n"
              "        COMPREPLY=($(compgen -W '%s' -- \"$word\"))\n    else\n        COMPREPLY=($(compgen -f -- "
              "\"$word\"))\n    fi\n}\n"
              "complete -F _cocanvas cocanvas\n",
              (const char *)templates.data);
    buf_fini(&first);
    buf_fini(&templates);
}

/* ---- zsh */

/* Single quotes inside single quotes, and colons, which separate a word from what it means. */
static const char *zsh_quoted(struct cli *cli, const char *text)
{
    struct buf out;
    buf_init(&out);
    for (; *text; text++) {
        if (*text == '\'')
            buf_addf(&out, "'\\''");
        else
            buf_addf(&out, *text == ':' ? "\\:" : "%c", *text);
    }
    buf_add(&out, "", 1);
    const char *copy = arena_printf(&cli->arena, "%s", (const char *)out.data);
    buf_fini(&out);
    return copy;
}

static void zsh_noun(struct cli *cli, const char *noun, const char *verbs)
{
    out_print(&cli->out, STYLE_PLAIN,
              "    %s) (( CURRENT == 3 )) && { compadd -- %s; return }; command=\"$words[2] $words[3]\" ;;\n", noun,
              verbs);
}

static void print_zsh(struct cli *cli)
{
    struct output *out = &cli->out;
    out_print(out, STYLE_PLAIN,
              "#compdef cocanvas\n# made by: cocanvas completion zsh\n_cocanvas()\n{\n  local command=$words[2]\n"
              "  local -a commands options\n  commands=(\n");
    for (size_t i = 0; cmd_at(i); i++)
        if (!strchr(cmd_at(i)->name, ' '))
            out_print(out, STYLE_PLAIN, "    '%s:%s'\n", cmd_at(i)->name, zsh_quoted(cli, cmd_at(i)->summary));
        else if (i == 0 || strncmp(cmd_at(i - 1)->name, cmd_at(i)->name, strcspn(cmd_at(i)->name, " ") + 1) != 0)
            out_print(out, STYLE_PLAIN, "    '%.*s:…'\n", (int)strcspn(cmd_at(i)->name, " "), cmd_at(i)->name);
    out_print(
        out, STYLE_PLAIN,
        "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n  case $words[2] in\n");
    each_noun(cli, zsh_noun);
    out_print(out, STYLE_PLAIN, "  esac\n  case $command in\n");
    for (size_t i = 0; cmd_at(i); i++)
        out_print(out, STYLE_PLAIN, "    '%s') options=(%s) ;;\n", cmd_at(i)->name, options_of(cli, cmd_at(i)));
    out_print(out, STYLE_PLAIN,
              "  esac\n  if [[ $PREFIX == -* ]]; then\n    compadd -- $options\n  else\n    _files\n  fi\n}\n_cocanvas "
              "\"$@\"\n");
}

/* ---- fish */

static const char *fish_quoted(struct cli *cli, const char *text)
{
    struct buf out;
    buf_init(&out);
    for (; *text; text++)
        buf_addf(&out, *text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
    buf_add(&out, "", 1);
    const char *copy = arena_printf(&cli->arena, "%s", (const char *)out.data);
    buf_fini(&out);
    return copy;
}

static void fish_options(struct cli *cli, const char *condition, const struct cmd_option *options)
{
    for (; options && options->name; options++) {
        const char *letter = options->letter ? arena_printf(&cli->arena, " -s %c", options->letter) : "";
        out_print(&cli->out, STYLE_PLAIN, "complete -c cocanvas%s%s -l %s%s -d '%s'\n", condition, letter,
                  options->name, options->value ? " -r" : "", fish_quoted(cli, options->help));
    }
}

static void print_fish(struct cli *cli)
{
    struct output *out = &cli->out;
    out_print(out, STYLE_PLAIN, "# fish completion for cocanvas; made by: cocanvas completion fish\n");
    fish_options(cli, "", cmd_global_options());
    for (size_t i = 0; cmd_at(i); i++) {
        const struct command *c = cmd_at(i);
        size_t noun = strcspn(c->name, " ");
        const char *first = arena_strndup(&cli->arena, c->name, noun), *condition;
        if (c->name[noun]) {
            out_print(out, STYLE_PLAIN, "complete -c cocanvas -f -n __fish_use_subcommand -a %s\n", first);
            out_print(out, STYLE_PLAIN, "complete -c cocanvas -f -n '__fish_seen_subcommand_from %s' -a %s -d '%s'\n",
                      first, c->name + noun + 1, fish_quoted(cli, c->summary));
        } else {
            out_print(out, STYLE_PLAIN, "complete -c cocanvas -f -n __fish_use_subcommand -a %s -d '%s'\n", first,
                      fish_quoted(cli, c->summary));
        }
        condition =
            c->name[noun]
                ? arena_printf(&cli->arena, " -n '__fish_seen_subcommand_from %s; and __fish_seen_subcommand_from %s'",
                               first, c->name + noun + 1)
                : arena_printf(&cli->arena, " -n '__fish_seen_subcommand_from %s'", first);
        fish_options(cli, condition, c->options);
    }
}

int cmd_completion(struct cli *cli)
{
    const char *shell = cli->args[0];
    if (strcmp(shell, "bash") == 0)
        print_bash(cli);
    else if (strcmp(shell, "zsh") == 0)
        print_zsh(cli);
    else if (strcmp(shell, "fish") == 0)
        print_fish(cli);
    else
        return cli_fail(cli, EXIT_USAGE, "Completion is made for bash, zsh and fish.");
    return EXIT_OK;
}
