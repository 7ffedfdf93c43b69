/* A file that claims to be a backup: it is read to its end, or refused with a sentence. */
#include <stdio.h>

#include "common/backup_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char magic[] = "cocanvas backup\n";
    struct backup_summary summary;
    struct why why;
    FILE *file = tmpfile();
    ASSERT(file != NULL);
    /* Half of all inputs get the beginning as a present: random ones would never find it. */
    if (len > 0 && data[0] & 1)
        ASSERT(fwrite(magic, 1, sizeof magic - 1, file) == sizeof magic - 1);
    ASSERT(fwrite(data, 1, len, file) == len);
    rewind(file);
    if (backup_check(file, &summary, &why) != STATUS_OK)
        ASSERT(why.text[0] != '\0');
    (void)fclose(file);
    return 0;
}
