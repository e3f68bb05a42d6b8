# A guest for cache simulations: walks arrays along rows, along columns and at random; pushes, pops, calls, changes in
# place, copies with REP, and accesses that touch two lines. Freestanding: every access is its own.
        .bss
        .balign 4096
matrix: .zero 1 << 18
copy:   .zero 1 << 16
        .text
        .globl _start
_start: and     $-4096, %rsp
        lea     matrix(%rip), %rbx
        xor     %ecx, %ecx
rows:   addl    $3, (%rbx,%rcx,4)
        inc     %ecx
        cmp     $1 << 16, %ecx
        jb      rows
        xor     %edx, %edx
column: xor     %ecx, %ecx
down:   mov     %ecx, %eax
        shl     $10, %eax
        add     %edx, %eax
        mov     (%rbx,%rax), %esi
        mov     %esi, 4(%rbx,%rax)
        inc     %ecx
        cmp     $250, %ecx
        jb      down
        add     $20, %edx
        cmp     $1000, %edx
        jb      column
        mov     $12345, %eax
        mov     $40000, %ecx
random: imul    $1103515245, %eax, %eax
        add     $12345, %eax
        mov     %eax, %edx
        shr     $15, %edx
        and     $0x1fff8, %edx
        call    touch
        dec     %ecx
        jnz     random
        lea     copy(%rip), %rdi
        mov     %rbx, %rsi
        mov     $1 << 13, %ecx
        rep movsq
        xor     %ecx, %ecx
across: mov     61(%rbx,%rcx), %rax
        mov     %rax, 125(%rbx,%rcx)
        add     $64, %ecx
        cmp     $1 << 15, %ecx
        jb      across
        mov     $60, %eax
        xor     %edi, %edi
        syscall
        .balign 64
        .skip   60, 0x90
touch:  push    %rbx
        push    %rdx
        incl    (%rbx,%rdx)
        lea     (%rbx,%rdx), %rbx
        mov     64(%rbx), %rbp
        pop     %rdx
        pop     %rbx
        ret
