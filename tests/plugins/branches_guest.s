# A guest for branch predictors. Freestanding: every branch is its own.
        .text
        .globl _start
# Two loops, one in the other: 10 rounds of 4.
_start: mov     $10, %ebx
outer:  mov     $4, %ecx
inner:  dec     %ecx
        jnz     inner
        dec     %ebx
        jnz     outer
# A branch that changes each time, one that depends on it, and one that is as good as random.
        mov     $5000, %ebx
        mov     $12345, %eax
mixed:  test    $1, %ebx
        jz      even
        nop
even:   test    $1, %ebx
        jnz     odd
        nop
odd:    imul    $1103515245, %eax, %eax
        add     $12345, %eax
        bt      $16, %eax
        jc      random
        nop
random: dec     %ebx
        jnz     mixed
        mov     $60, %eax
        xor     %edi, %edi
        syscall
