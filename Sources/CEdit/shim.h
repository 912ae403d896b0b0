#include <stdio.h>
#include <errno.h>
#include <signal.h>
#include <sys/select.h>
#include <histedit.h>

/* el_set and history take any number of arguments, which Swift cannot call: one typed function for each use. */

/* Waits for input with these signals blocked and no others; -1 with errno EINTR where a signal came. */
static inline int cedit_wait(int descriptor, const sigset_t *blocked) {
    fd_set ready;
    if (descriptor < 0 || descriptor >= FD_SETSIZE) { errno = EBADF; return -1; }
    FD_ZERO(&ready);
    FD_SET(descriptor, &ready);
    return pselect(descriptor + 1, &ready, NULL, NULL, NULL, blocked);
}

/* The prompt may hold escape codes between two \1 characters. */
static inline int cedit_set_prompt(EditLine *line, char *(*prompt)(EditLine *)) { return el_set(line, EL_PROMPT_ESC, prompt, '\1'); }
static inline int cedit_set_int(EditLine *line, int option, int value) { return el_set(line, option, value); }
static inline int cedit_set_string(EditLine *line, int option, const char *value) { return el_set(line, option, value); }
static inline int cedit_set_client_data(EditLine *line, void *data) { return el_set(line, EL_CLIENTDATA, data); }
static inline void *cedit_client_data(EditLine *line) { void *data = NULL; el_get(line, EL_CLIENTDATA, &data); return data; }
static inline int cedit_set_reader(EditLine *line, int (*reader)(EditLine *, wchar_t *)) { return el_set(line, EL_GETCFN, reader); }
static inline int cedit_add_function(EditLine *line, const char *name, const char *help, unsigned char (*function)(EditLine *, int)) {
    return el_set(line, EL_ADDFN, name, help, function);
}
static inline int cedit_bind(EditLine *line, const char *key, const char *command) { return el_set(line, EL_BIND, key, command, NULL); }
static inline int cedit_set_tty(EditLine *line, const char *set, const char *mode) { return el_set(line, EL_SETTY, set, mode, NULL); }
static inline int cedit_refresh(EditLine *line) { return el_set(line, EL_REFRESH); }
static inline int cedit_set_history(EditLine *line, History *past) { return el_set(line, EL_HIST, history, past); }
static inline int cedit_history_limit(History *past, int count) { HistEvent event; return history(past, &event, H_SETSIZE, count); }
static inline int cedit_history_unique(History *past) { HistEvent event; return history(past, &event, H_SETUNIQUE, 1); }
static inline int cedit_history_enter(History *past, const char *text) { HistEvent event; return history(past, &event, H_ENTER, text); }
